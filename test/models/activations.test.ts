import { describe, expect, it } from "vitest";
import {
  type Activation,
  gelu,
  identity,
  leakyReLU,
  relu,
  smoothLeaky,
  softplus,
  tanh,
} from "../../src/models/activations.ts";
import { differenceJacobian } from "../reference/finiteDifference.ts";

const all: readonly Activation[] = [
  identity,
  relu,
  leakyReLU(0.1),
  leakyReLU(1),
  smoothLeaky(0.25),
  softplus,
  tanh,
  gelu,
];
const grid = Array.from({ length: 8001 }, (_, k) => (k - 4000) / 100);

describe.each(all.map((activation) => [activation.name, activation] as const))("%s", (_, activation) => {
  it("has the derivative of its value", () => {
    // Off the grid of kinks: every point is at least a step away from 0.
    for (const z of grid.map((at) => at + 0.005)) {
      const { rows, tolerances } = differenceJacobian(
        (at) => at.map((value) => activation.value(value)),
        Float64Array.of(z),
        0.004,
        Math.max(Math.abs(activation.value(z)), 1),
      );
      expect(Math.abs(activation.derivative(z) - rows[0][0])).toBeLessThanOrEqual(tolerances[0][0]);
    }
  });

  it("keeps its slopes within the bounds, and comes as close to them as one likes", () => {
    const { lower, upper } = activation.slopeBounds;
    const slopes = [...grid, -Math.SQRT2, Math.SQRT2].map(activation.derivative);
    // One unit in the last place where the extreme slope is computed twice.
    expect(Math.min(...slopes)).toBeGreaterThanOrEqual(lower - Number.EPSILON);
    expect(Math.max(...slopes)).toBeLessThanOrEqual(upper + Number.EPSILON);
    expect(Math.min(...slopes) - lower).toBeLessThan(1e-15);
    expect(upper - Math.max(...slopes)).toBeLessThan(1e-15);
  });
});

describe("activations", () => {
  it("stay finite and exact far out", () => {
    expect(softplus.value(1000)).toBe(1000);
    expect(softplus.value(-1000)).toBe(0);
    expect(softplus.derivative(-700)).toBeCloseTo(Math.exp(-700), 310);
    expect(tanh.derivative(20) / (4 * Math.exp(-40))).toBeCloseTo(1, 14);
    expect(smoothLeaky(0.5).value(-1000)).toBe(-500);
    expect(gelu.value(50)).toBe(50);
    expect(gelu.value(-50)).toBeCloseTo(0, 300);
  });

  it("takes the left slope at a kink", () => {
    expect(relu.derivative(0)).toBe(0);
    expect(leakyReLU(0.2).derivative(0)).toBe(0.2);
  });

  it("has the published values of gelu", () => {
    // By mpmath at 40 digits: zΦ(z), and the least slope, at −√2.
    expect(gelu.value(1)).toBeCloseTo(0.8413447460685429, 15);
    expect(gelu.value(-2.5)).toBeCloseTo(-0.015524163314440337, 15);
    expect(gelu.slopeBounds.lower).toBeCloseTo(-0.12890414518515478, 15);
  });

  it.each([0, -0.5, 1.5, Number.NaN])("refuse the slope %d", (slope) => {
    expect(() => leakyReLU(slope)).toThrow(RangeError);
    expect(() => smoothLeaky(slope)).toThrow(RangeError);
  });
});
