import fc from "fast-check";
import { expect, test } from "vitest";
import { defined, geometryPoint, gradientNoiseScale, isDefined, pointOf } from "../../src/geometry/index.ts";
import { momentNoiseScale } from "../../src/geometry/noiseScale.ts";
import { matrix } from "../../src/linalg/matrix.ts";
import { whitenedLinearization } from "../../src/models/crossEntropy.ts";
import { createStream } from "../../src/random/index.ts";
import { explicitCrossEntropy } from "../reference/explicitCrossEntropy.ts";
import { dot, type ExplicitGeometry, explicitGeometry, trace } from "../reference/explicitGeometry.ts";
import { logitLinearization, logitProblems } from "../reference/logitProblems.ts";
import { gramOf, problems } from "../reference/problems.ts";

const explicitScale = ({ covariance, gradient }: ExplicitGeometry) =>
  trace(covariance) / dot(gradient, gradient);

/** Jackknife of the logarithm by measuring without each sample; half-width over Student's quantile. */
function naiveError(without: (left: number) => number, n: number): number {
  const logarithms = Array.from({ length: n }, (_, left) => Math.log(without(left)));
  const mean = logarithms.reduce((sum, value) => sum + value / n, 0);
  return Math.sqrt(((n - 1) / n) * logarithms.reduce((sum, value) => sum + (value - mean) ** 2, 0));
}
/** Student's 97.5 % quantiles for 2, 3, … degrees of freedom. */
const quantiles = [4.30265272969615, 3.18244630528426, 2.77644510519779, 2.57058183563631, 2.44691185114497];

test("Tr Σ/‖∇L‖² and its jackknife against explicit matrices, over shapes and scales", () => {
  fc.assert(
    fc.property(problems(), ({ jacobian, residuals, outputs }) => {
      const n = residuals.length / outputs;
      const explicit = explicitGeometry(jacobian, residuals, outputs);
      const actual = gradientNoiseScale(geometryPoint(gramOf(jacobian), residuals, outputs));
      if (!isDefined(actual)) throw new Error(actual.undefined);
      const expected = explicitScale(explicit);
      // ‖∇L‖² is what cancels
      expect(Math.abs(actual.value - expected)).toBeLessThanOrEqual(
        1e-12 * (1 + expected) ** 2 * outputs * 10,
      );
      if (n < 3) {
        expect(actual.interval).toMatchObject({ undefined: expect.stringContaining("at least 3") });
        return;
      }
      const keep = (left: number) => (_: unknown, row: number) => Math.floor(row / outputs) !== left;
      const without = (left: number) =>
        explicitScale(explicitGeometry(jacobian.filter(keep(left)), residuals.filter(keep(left)), outputs));
      const values = Array.from({ length: n }, (_, left) => without(left));
      // beyond that the differences left of noise or gradient are rounding
      if (!values.every((value) => value > 1e-3 && value < 1e3)) return;
      const { low, high } = defined(actual.interval);
      const error = Math.log(high / low) / 2 / quantiles[n - 3];
      expect(Math.abs(error - naiveError(without, n))).toBeLessThanOrEqual(1e-8);
      expect(Math.sqrt(low * high) / actual.value).toBeCloseTo(1, 9);
    }),
    { numRuns: 200 },
  );
});

test("from the gradients themselves, in any orthonormal basis: the same value and interval", () => {
  fc.assert(
    fc.property(problems(), ({ jacobian, residuals, outputs }) => {
      const n = residuals.length / outputs;
      const expected = gradientNoiseScale(geometryPoint(gramOf(jacobian), residuals, outputs));
      const gradients = matrix(n, jacobian[0].length);
      for (const [k, own] of jacobian.entries()) {
        for (const [j, value] of own.entries()) {
          gradients.data[Math.floor(k / outputs) * own.length + j] += residuals[k] * value;
        }
      }
      const actual = momentNoiseScale(gradients);
      if (!isDefined(expected) || !isDefined(actual)) {
        expect(actual).toEqual(expected);
        return;
      }
      const off = (a: number, b: number) => Math.abs(a - b) / (1 + b) ** 2;
      expect(off(actual.value, expected.value)).toBeLessThan(1e-11);
      if (!isDefined(expected.interval)) return;
      const keep = (left: number) => (_: unknown, row: number) => Math.floor(row / outputs) !== left;
      const without = Array.from({ length: n }, (_, left) =>
        explicitScale(explicitGeometry(jacobian.filter(keep(left)), residuals.filter(keep(left)), outputs)),
      );
      // beyond that the differences left of noise or gradient lose digits
      if (!without.every((value) => value > 1e-2 && value < 1e2)) return;
      const interval = defined(actual.interval);
      expect(Math.abs(Math.log(interval.high / expected.interval.high))).toBeLessThan(1e-8);
      expect(Math.abs(Math.log(interval.low / expected.interval.low))).toBeLessThan(1e-8);
    }),
    { numRuns: 200 },
  );
  expect(momentNoiseScale(matrix(3, 2))).toMatchObject({ undefined: expect.stringContaining("zero") });
  expect(momentNoiseScale(matrix(3, 1, Float64Array.of(2e200, 2e200, -1e200)))).toMatchObject({
    value: expect.closeTo(2, 12),
  });
});

test("for cross-entropy, from whitened logits", async () => {
  await fc.assert(
    fc.asyncProperty(logitProblems(5), async (problem) => {
      const { jacobian, logits, targets } = problem;
      const expected = explicitScale(explicitCrossEntropy(jacobian, logits, targets));
      const linearization = whitenedLinearization(
        logitLinearization(problem),
        Float64Array.from(targets.flat()),
      );
      const actual = gradientNoiseScale(await pointOf(linearization));
      if (expected > 1e6 || !isDefined(actual)) return;
      expect(Math.abs(actual.value / (1 + expected) - expected / (1 + expected))).toBeLessThan(
        1e-8 * (1 + expected),
      );
    }),
    { numRuns: 60 },
  );
});

test("special points: opposite gradients, equal gradients, one sample", () => {
  const opposite = geometryPoint(gramOf([[1], [1], [1], [1]]), Float64Array.of(1, -1, 0.3, -0.3));
  expect(gradientNoiseScale(opposite)).toEqual({
    undefined: "the gradient is zero to rounding: the gradients of the samples cancel",
  });
  expect(gradientNoiseScale(geometryPoint(gramOf([[1]]), Float64Array.of(0)))).toMatchObject({
    undefined: expect.stringContaining("gradient is zero"),
  });
  const equal = geometryPoint(gramOf([[1], [1], [1]]), Float64Array.of(2, 2, 2));
  expect(gradientNoiseScale(equal)).toEqual({
    value: 0,
    interval: { undefined: "leaving out one sample leaves no gradient or no noise" },
  });
  expect(gradientNoiseScale(geometryPoint(gramOf([[3]]), Float64Array.of(5)))).toMatchObject({ value: 0 });
});

test("95 % intervals contain the population's noise scale in 92–98 % of 400 repetitions", () => {
  // x ~ N(0, S), r = xᵀδ: Tr Σ = δᵀSδ·Tr S + ‖Sδ‖², ‖∇L‖ = ‖Sδ‖ (docs/theory.md §3)
  const eigenvalues = [2, 1, 0.5];
  const delta = [1, -0.5, 1];
  const gradient = eigenvalues.reduce((sum, s, k) => sum + (s * delta[k]) ** 2, 0);
  const twiceLoss = eigenvalues.reduce((sum, s, k) => sum + s * delta[k] ** 2, 0);
  const population = 1 + (twiceLoss * eigenvalues.reduce((sum, s) => sum + s, 0)) / gradient;
  const [n, repetitions] = [250, 400];
  let inside = 0;
  for (let trial = 0; trial < repetitions; trial++) {
    const stream = createStream(47).split("noise-scale", trial);
    const jacobian = Array.from({ length: n }, () =>
      eigenvalues.map((s) => Math.sqrt(s) * stream.gaussian()),
    );
    const residuals = Float64Array.from(jacobian, (row) => dot(row, delta));
    const { low, high } = defined(
      defined(gradientNoiseScale(geometryPoint(gramOf(jacobian), residuals))).interval,
    );
    if (low <= population && population <= high) inside++;
  }
  expect(inside).toBeGreaterThanOrEqual(0.92 * repetitions);
  expect(inside).toBeLessThanOrEqual(0.98 * repetitions);
});
