import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  defined,
  momentAccumulator,
  momentDecouplingDistance,
  momentDirectionalAlignment,
  momentLossAlignment,
  momentSpectrum,
  momentSummary,
  realisableExtremes,
} from "../../src/geometry/index.ts";
import { type Kernels, openKernels } from "../../src/linalg/index.ts";
import { block, matrix, transpose } from "../../src/linalg/matrix.ts";
import {
  dot,
  explicitDecoupling,
  explicitDirectionalAlignment,
  explicitGeometry,
  explicitLossAlignment,
  frobenius,
  trace,
} from "../reference/explicitGeometry.ts";
import { asMatrix, problems } from "../reference/problems.ts";

let kernels: Kernels;
beforeAll(async () => {
  kernels = await openKernels();
});
afterAll(() => kernels.close());

test("moments over any split into blocks equal the explicit matrices", async () => {
  await fc.assert(
    fc.asyncProperty(problems(), fc.integer({ min: 1, max: 4 }), async (problem, height) => {
      const { jacobian, residuals, outputs } = problem;
      const p = jacobian[0].length;
      const n = residuals.length / outputs;
      const whole = asMatrix(problem);
      const accumulator = momentAccumulator(p, outputs, kernels);
      for (let first = 0; first < n; first += height) {
        const count = Math.min(height, n - first);
        accumulator.add({
          jacobian: block(whole, first * outputs, 0, count * outputs, p),
          residuals: residuals.subarray(first * outputs, (first + count) * outputs),
        });
      }
      const moments = accumulator.finish();
      const explicit = explicitGeometry(jacobian, residuals, outputs);
      const expected = explicitLossAlignment(explicit);
      const within = (a: number, b: number, unit: number) =>
        expect(Math.abs(a - b)).toBeLessThanOrEqual(1e-12 * unit);

      const actual = defined(momentLossAlignment(moments, kernels));
      within(actual.covariance, expected.covariance, expected.secondMoment);
      within(actual.secondMoment, expected.secondMoment, expected.secondMoment);
      const summary = momentSummary(moments);
      within(summary.loss, explicit.loss, explicit.loss);
      within(summary.noiseTrace, trace(explicit.covariance), trace(explicit.secondMoment));
      within(
        summary.gradientNormSquared,
        dot(explicit.gradient, explicit.gradient),
        trace(explicit.secondMoment),
      );
      within(summary.gaussNewtonFrobenius, frobenius(explicit.gaussNewton), frobenius(explicit.gaussNewton));
      const distance = explicitDecoupling(explicit);
      within(defined(momentDecouplingDistance(moments)), distance, 1 + distance);

      const direction = Float64Array.from({ length: p }, (_, k) => 1 / (k + 1));
      const along = defined(momentDirectionalAlignment(moments, direction, kernels));
      const reference = explicitDirectionalAlignment(explicit, direction);
      expect(Math.abs(along.covariance - reference.covariance)).toBeLessThanOrEqual(
        1e-9 * (1 + reference.secondMoment),
      );

      const { eigenvalues, alignments } = await momentSpectrum(moments, kernels);
      within(
        dot(eigenvalues, eigenvalues),
        frobenius(explicit.gaussNewton) ** 2,
        frobenius(explicit.gaussNewton) ** 2,
      );
      expect(alignments).toHaveLength(eigenvalues.length);
    }),
    { numRuns: 200 },
  );
});

test("shapes that do not fit, and no samples, throw", () => {
  const accumulator = momentAccumulator(3, 2, kernels);
  expect(() => accumulator.finish()).toThrow("at least one sample");
  expect(() => accumulator.add({ jacobian: matrix(2, 4), residuals: new Float64Array(2) })).toThrow("×3");
  expect(() => accumulator.add({ jacobian: matrix(3, 3), residuals: new Float64Array(3) })).toThrow(
    RangeError,
  );
});

test("realisable extremes from p×p matrices bracket μ for r = Xδ and are attained", async () => {
  await fc.assert(
    fc.asyncProperty(
      problems({ maxScale: 2 }),
      fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 12, maxLength: 12 }),
      async (problem, delta) => {
        if (problem.outputs > 1 || delta.every((x) => Math.abs(x) < 0.1)) return;
        const inputs = asMatrix(problem);
        const p = inputs.columns;
        const residuals = new Float64Array(inputs.rows);
        kernels.gemv(1, inputs, Float64Array.from(delta.slice(0, p)), 0, residuals);
        const size = Math.sqrt(dot(residuals, residuals));
        const explicit = explicitGeometry(problem.jacobian, residuals, 1);
        if (size < 1e-6 * Math.sqrt(trace(explicit.gaussNewton))) return;
        const gaussNewton = matrix(p, p, Float64Array.from(explicit.gaussNewton.flat()));
        const weighted = matrix(p, p);
        for (const x of problem.jacobian) {
          const weight =
            dot(
              x,
              explicit.gaussNewton.map((row) => dot(row, x)),
            ) / inputs.rows;
          for (let a = 0; a < p; a++)
            for (let b = 0; b < p; b++) weighted.data[a * p + b] += weight * x[a] * x[b];
        }
        const { min, max } = defined(await realisableExtremes(gaussNewton, weighted, kernels));
        const { covariance } = explicitLossAlignment(explicit);
        expect(covariance).toBeGreaterThanOrEqual(min - 1e-7);
        expect(covariance).toBeLessThanOrEqual(max + 1e-7);
        if (p === 1) expect(covariance).toBeCloseTo(max, 9);
      },
    ),
    { numRuns: 200 },
  );
});

test("a transposed view is as good as a row-major block", () => {
  const rows = matrix(2, 3, Float64Array.of(1, 2, 3, 4, 5, 6));
  const columns = transpose(matrix(3, 2, Float64Array.of(1, 4, 2, 5, 3, 6)));
  const from = (jacobian: typeof rows) => {
    const accumulator = momentAccumulator(3, 1, kernels);
    accumulator.add({ jacobian, residuals: Float64Array.of(1, -2) });
    return accumulator.finish();
  };
  expect(Array.from(from(columns).covariance.data)).toEqual(Array.from(from(rows).covariance.data));
});

test.each([1e200, 1e-200])(
  "numbers of %d are refused where moments of them would say nothing",
  async (far) => {
    const rows = Float64Array.of(1, 2, 3, 4, 5, 7);
    const residuals = Float64Array.of(1, -2, 0.5);
    const finish = (jacobianScale: number, residualScale: number) => {
      const accumulator = momentAccumulator(2, 1, kernels);
      const jacobian = matrix(
        3,
        2,
        rows.map((value) => value * jacobianScale),
      );
      accumulator.add({ jacobian, residuals: residuals.map((value) => value * residualScale) });
      return accumulator.finish();
    };
    expect(() => finish(far, 1)).toThrow("Jacobian: expected a sum of squares between 2^-300 and 2^300, got");
    expect(() => finish(1, far)).toThrow(
      "residuals: expected a sum of squares between 2^-300 and 2^300, got",
    );
    expect(momentLossAlignment(finish(1, 0), kernels)).toEqual({ undefined: expect.any(String) });
    expect(momentLossAlignment(finish(0, 1), kernels)).toEqual({ undefined: expect.any(String) });

    const moments = finish(1, 1);
    const scale = 2 ** Math.round(Math.log2(far) / 8);
    expect(momentLossAlignment(finish(scale, scale), kernels)).toEqual(momentLossAlignment(moments, kernels));
    const along = (v: Float64Array) => defined(momentDirectionalAlignment(moments, v, kernels));
    const direction = Float64Array.of(1, -3);
    const { covariance, secondMoment } = along(direction);
    const scaled = along(direction.map((value) => value * far));
    expect(Math.abs(scaled.covariance - covariance)).toBeLessThanOrEqual(1e-14 * secondMoment);
    expect(Math.abs(scaled.secondMoment - secondMoment)).toBeLessThanOrEqual(1e-14 * secondMoment);
    expect(() => along(Float64Array.of(NaN, 1))).toThrow("direction: expected finite numbers, got NaN");

    const whole = matrix(2, 2, Float64Array.of(far, 0, 0, far));
    await expect(realisableExtremes(whole, whole, kernels)).rejects.toThrow("2^300");
  },
);
