import { describe, expect, it } from "vitest";
import {
  type Activation,
  gelu,
  geluTanh,
  identity,
  leakyReLU,
  relu,
  sigmoid,
  silu,
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
  sigmoid,
  softplus,
  tanh,
  silu,
  gelu,
  geluTanh,
];
const grid = Array.from({ length: 8001 }, (_, k) => (k - 4000) / 100);
/** Where gelu, geluTanh and silu are. */
const steepest = [Math.SQRT2, 1.418504008790818, 2.399357280515468];

describe.each(all.map((activation) => [activation.name, activation] as const))("%s", (_, activation) => {
  it.each([
    ["derivative of its value", activation.value, activation.derivative],
    ["second derivative of its value", activation.derivative, activation.secondDerivative],
  ])("has the %s", (_title, value, derivative) => {
    // Off the grid of kinks: every point is at least a step away from 0.
    for (const z of grid.map((at) => at + 0.005)) {
      const { rows, tolerances } = differenceJacobian(
        (at) => at.map((at) => value(at)),
        Float64Array.of(z),
        0.004,
        Math.max(Math.abs(value(z)), 1),
      );
      expect(Math.abs(derivative(z) - rows[0][0])).toBeLessThanOrEqual(tolerances[0][0]);
    }
  });

  it("is the same at the infinities as far out", () => {
    for (const far of [-1e4, 1e4]) {
      const end = far * Number.POSITIVE_INFINITY;
      const grows = Math.abs(activation.value(far)) > 2;
      expect(activation.value(end)).toBeCloseTo(grows ? end : activation.value(far), 12);
      expect(activation.derivative(end)).toBeCloseTo(activation.derivative(far), 12);
      expect(activation.secondDerivative(end)).toBeCloseTo(activation.secondDerivative(far), 12);
    }
  });

  it("keeps its slopes within the bounds, and comes as close to them as one likes", () => {
    const { lower, upper } = activation.slopeBounds;
    const slopes = [...grid, ...steepest, ...steepest.map((z) => -z)].map(activation.derivative);
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

  it("keep small derivatives to full precision", () => {
    expect(sigmoid.derivative(-300) / Math.exp(-300)).toBeCloseTo(1, 14);
    expect(sigmoid.secondDerivative(-300) / Math.exp(-300)).toBeCloseTo(1, 14);
    expect(tanh.secondDerivative(100) / (-8 * Math.exp(-200))).toBeCloseTo(1, 14);
    expect(silu.derivative(-300) / (-299 * Math.exp(-300))).toBeCloseTo(1, 14);
    expect(gelu.secondDerivative(-20) / (-398 * Math.exp(-200) * Math.sqrt(1 / (2 * Math.PI)))).toBeCloseTo(
      1,
      13,
    );
  });

  it("has the values of silu and geluTanh, by mpmath", () => {
    expect(silu.value(-3)).toBeCloseTo(-0.14227761953270035, 15);
    expect(silu.slopeBounds.upper).toBeCloseTo(1.099839320128867, 15);
    expect(geluTanh.value(-1)).toBeCloseTo(-0.1588080093917233, 15);
    expect(geluTanh.slopeBounds.lower).toBeCloseTo(-0.12899306865877178, 15);
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
