/** The vectorised activations: error bounds, the far ends, and independence of where an element stands. */
import { describe, expect, test } from "vitest";
import { openVectorMath } from "../../../src/linalg/kernels/openVectorMath.ts";
import type { FloatArray } from "../../../src/linalg/matrix.ts";
import { plainVectorMath } from "../../../src/linalg/plainVectorMath.ts";
import type { Precision, ScalarFunction } from "../../../src/linalg/vectorMath.ts";
import {
  gelu,
  geluTanh,
  identity,
  leakyReLU,
  relu,
  sigmoid,
  silu,
  softplus,
  tanh,
} from "../../../src/models/activations.ts";
import { seededUniform } from "../../reference/dense.ts";
import { fixed, preciseActivations, relativeError } from "../../reference/preciseActivations.ts";

const math = await openVectorMath();

/**
 * Allowed errors of σ, σ' and σ'', in units of the roundoff (half a unit in the last place or less) of the sum of
 * the sizes of the terms: of silu' that is |s| + |z·s'|, elsewhere mostly the function itself.
 */
const bounds: readonly (readonly [ScalarFunction, readonly [number, number, number]])[] = [
  [tanh, [3, 5, 7]],
  [sigmoid, [3, 5, 7]],
  [softplus, [3, 3, 5]],
  [silu, [4, 4, 5]],
  [gelu, [10, 4, 4]],
  // Times 1 + |w|: sigmoid(w) of a rounded w.
  [geluTanh, [3, 3, 4]],
];
const orders = ["σ", "σ'", "σ''"];

/** The three functions over an array, at once. */
function evaluate(f: ScalarFunction, precision: Precision, points: ArrayLike<number>): FloatArray[] {
  const x = math.allocate(precision, points.length);
  x.set(points);
  const one = math.allocate(precision, points.length).fill(1);
  const [value, slope, bend] = [0, 1, 2].map(() => math.allocate(precision, points.length));
  math.map(f, x, value);
  math.mapDerivative(f, x, one, slope);
  math.mapSecondDerivative(f, x, one, one, bend);
  const results = [value, slope, bend].map((array) => array.slice());
  for (const array of [x, one, value, slope, bend]) math.release(array);
  return results;
}

function randomPoints(spans: readonly number[], count: number): Float64Array {
  const uniform = seededUniform(20);
  return Float64Array.from(spans.flatMap((span) => Array.from({ length: count }, () => span * uniform())));
}

function amplification(f: ScalarFunction, z: number): number {
  return f.kind === "geluTanh" ? 1 + 1.6 * Math.abs(z) * (1 + 0.044715 * z * z) : 1;
}

describe.each(bounds.map(([f, allowed]) => ({ kind: f.kind, f, allowed })))("$kind", ({ f, allowed }) => {
  test("float32 against the plain functions in float64", () => {
    const far = f.kind.startsWith("gelu") ? 12 : 80;
    const points = Float32Array.from(randomPoints([1e-6, 0.1, 0.5, 1, 2, 4, 8, far], 5000));
    const results = evaluate(f, "float32", points);
    const worst = [0, 0, 0];
    points.forEach((z, k) => {
      const exact = [f.value(z), f.derivative(z), f.secondDerivative(z)];
      const scales = exact.map(Math.abs);
      if (["silu", "gelu", "geluTanh"].includes(f.kind)) {
        // z·s has the derivatives s + z·s' and 2s' + z·s''.
        const gate = exact[0] / z;
        const gateSlope = (exact[1] - gate) / z;
        scales[1] = Math.abs(gate) + Math.abs(exact[1] - gate);
        scales[2] = 2 * Math.abs(gateSlope) + Math.abs(exact[2] - 2 * gateSlope);
      }
      for (const order of [0, 1, 2]) {
        const error = Math.abs(results[order][k] - exact[order]) * 2 ** 24;
        // Where e^−|z| is not a normal number it has no full relative precision.
        const scale = Math.max(scales[order], 2 ** -119);
        worst[order] = Math.max(worst[order], error / scale / amplification(f, z));
      }
    });
    for (const order of [0, 1, 2]) expect(worst[order], orders[order]).toBeLessThanOrEqual(allowed[order]);
  });

  test("float64 against the definitions in many digits", () => {
    // As far as all three are normal numbers.
    const far = { tanh: 350, gelu: 36, geluTanh: 20 }[f.kind] ?? 700;
    const points = randomPoints([0.01, 0.5, 1, 2, 3, 5, 8, far], 24);
    const results = evaluate(f, "float64", points);
    const worst = [0, 0, 0];
    points.forEach((z, k) => {
      preciseActivations[f.kind](fixed(z)).forEach((terms, order) => {
        const error = relativeError(results[order][k], terms) * 2 ** 53;
        worst[order] = Math.max(worst[order], error / amplification(f, z));
      });
    });
    for (const order of [0, 1, 2]) expect(worst[order], orders[order]).toBeLessThanOrEqual(allowed[order]);
  });
});

const everything = [identity, relu, leakyReLU(0.1), ...bounds.map(([f]) => f)];

describe.each(everything.map((f) => [f.kind, f] as const))("%s", (_kind, f) => {
  test.each(["float32", "float64"] as const)(
    "%s: zeros, infinities, NaN, the largest and the smallest",
    (precision) => {
      const [largest, smallest, normal] =
        precision === "float32" ? [2 ** 127, 2 ** -149, 2 ** -126] : [2 ** 1023, 2 ** -1074, 2 ** -1022];
      const sizes = [0, smallest, 3 * smallest, normal, 1e-20, 25, 1e10, largest, Number.POSITIVE_INFINITY];
      const points = [Number.NaN, ...sizes, ...sizes.map((z) => -z)];
      const computed = evaluate(f, precision, points);
      const expected = [0, 1, 2].map(() => new Float64Array(points.length));
      const [x, one] = [Float64Array.from(points), new Float64Array(points.length).fill(1)];
      plainVectorMath.map(f, x, expected[0]);
      plainVectorMath.mapDerivative(f, x, one, expected[1]);
      plainVectorMath.mapSecondDerivative(f, x, one, one, expected[2]);
      const closeness = 20 * (precision === "float32" ? 2 ** -24 : 2 ** -53);
      for (const order of [0, 1, 2]) {
        points.forEach((z, k) => {
          const [result, exact] = [computed[order][k], expected[order][k]];
          const message = `${orders[order]}(${z}): ${result}, exactly ${exact}`;
          if (Number.isFinite(exact)) {
            expect(Math.abs(result - exact), message).toBeLessThanOrEqual(
              closeness * amplification(f, Math.min(Math.abs(z), 25)) * Math.abs(exact) + 100 * smallest,
            );
          } else expect(result, message).toBe(exact);
        });
      }
    },
  );

  test("an element's bits depend on nothing else", () => {
    const points = randomPoints([6], 67);
    for (const precision of ["float32", "float64"] as const) {
      const together = evaluate(f, precision, points);
      points.forEach((z, k) => {
        const alone = evaluate(f, precision, [z]);
        expect(alone.map((result) => result[0])).toEqual(together.map((result) => result[k]));
      });
    }
  });
});

test.each(bounds.map(([f]) => [f.kind, f] as const))(
  "%s: value and slope at once are those of each by itself, to the bit",
  (_kind, f) => {
    for (const precision of ["float32", "float64"] as const) {
      for (const length of [0, 1, 2, 3, 4, 5, 7, 67]) {
        const points = randomPoints([6], length);
        const [value, slope] = evaluate(f, precision, points);
        const [x, out, slopes] = [0, 1, 2].map(() => math.allocate(precision, length));
        x.set(points);
        math.mapWithSlopes(f, x, out, slopes);
        expect([out, slopes]).toEqual([value, slope]);
        math.mapWithSlopes(f, x, x, slopes);
        expect([x, slopes]).toEqual([value, slope]);
        for (const array of [x, out, slopes]) math.release(array);
      }
    }
  },
);

test("results below the smallest normal number are rounded once", () => {
  const [single] = evaluate(sigmoid, "float32", [-100, -88.5, -103.5]);
  [-100, -88.5, -103.5].forEach((z, k) => {
    expect(Math.abs(single[k] - Math.exp(z))).toBeLessThanOrEqual(2 ** -149);
  });
  const [double] = evaluate(sigmoid, "float64", [-740, -709, -745]);
  [-740, -709, -745].forEach((z, k) => {
    expect(Math.abs(double[k] - Math.exp(z))).toBeLessThanOrEqual(2 ** -1074 + 2 ** -52 * Math.exp(z));
  });
});
