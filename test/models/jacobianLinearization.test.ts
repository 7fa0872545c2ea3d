import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { defined, measure } from "../../src/geometry/index.ts";
import { InputError } from "../../src/inputError.ts";
import { type Kernels, openKernels } from "../../src/linalg/index.ts";
import { block, fromRows, type Matrix, matrix, transpose } from "../../src/linalg/matrix.ts";
import { jacobianLinearization } from "../../src/models/index.ts";
import { explicitGeometry, explicitLossAlignment } from "../reference/explicitGeometry.ts";
import { jacobianLinearization as naive } from "../reference/jacobianLinearization.ts";
import { asMatrix, problems } from "../reference/problems.ts";

let kernels: Kernels;
beforeAll(async () => {
  kernels = await openKernels();
});
afterAll(() => kernels.close());

/** The same matrix as a view of other data: transposed, or a block of a larger one. */
const views: Record<string, (a: Matrix<Float64Array>) => Matrix<Float64Array>> = {
  plain: (a) => a,
  transposed: (a) =>
    transpose(
      fromRows(
        Array.from({ length: a.columns }, (_, j) =>
          Array.from({ length: a.rows }, (_, i) => a.data[i * a.columns + j]),
        ),
      ),
    ),
  block(a) {
    const larger = matrix(a.rows + 2, a.columns + 3).data.fill(Number.NaN);
    for (let i = 0; i < a.rows; i++) {
      larger.set(a.data.subarray(i * a.columns, (i + 1) * a.columns), (i + 1) * (a.columns + 3) + 2);
    }
    return block(matrix(a.rows + 2, a.columns + 3, larger), 1, 2, a.rows, a.columns);
  },
};

test.each(Object.keys(views))("%s: products, K and parts of it are those of plain loops", async (view) => {
  await fc.assert(
    fc.asyncProperty(problems({ maxScale: 20 }), fc.nat(), async (problem, seed) => {
      const { outputs, residuals } = problem;
      const whole = asMatrix(problem);
      const found = jacobianLinearization({ jacobian: views[view](whole), residuals, outputs, kernels });
      const expected = naive(problem);
      const { samples, parameters } = expected;
      expect(found).toMatchObject({ samples, outputs, parameters, residuals });
      const size = Math.hypot(...whole.data);
      const close = (actual: ArrayLike<number>, wanted: ArrayLike<number>, scale: number) => {
        expect(actual).toHaveLength(wanted.length);
        for (let k = 0; k < wanted.length; k++) {
          expect(Math.abs(actual[k] - wanted[k])).toBeLessThanOrEqual(1e-14 * scale);
        }
      };
      const direction = Float64Array.from({ length: parameters }, (_, k) => Math.sin(k + seed));
      const weights = Float64Array.from({ length: samples * outputs }, (_, k) => Math.cos(k + seed));
      const length = Math.sqrt(parameters + samples * outputs);
      close(await found.jvp(direction), await expected.jvp(direction), size * length);
      close(await found.vjp(weights), await expected.vjp(weights), size * length);
      close((await found.gram()).data, (await expected.gram()).data, size * size);
      const chosen = Int32Array.of(samples - 1, 0, seed % samples);
      const others = Int32Array.of(seed % samples);
      close((await found.gramOf(chosen)).data, (await expected.gramOf(chosen)).data, size * size);
      close(
        (await found.gramBetween(chosen, others)).data,
        (await expected.gramBetween(chosen, others)).data,
        size * size,
      );
    }),
    { numRuns: 100 },
  );
});

test("measured on either side it has the μ of explicit matrices", async () => {
  await fc.assert(
    fc.asyncProperty(problems({ maxScale: 20 }), async (problem) => {
      const { outputs, residuals } = problem;
      const point = jacobianLinearization({ jacobian: asMatrix(problem), residuals, outputs, kernels });
      const alignment = defined((await measure(point, { kernels })).lossAlignment);
      const { covariance, secondMoment } = explicitLossAlignment(
        explicitGeometry(problem.jacobian, residuals, outputs),
      );
      expect(Math.abs(alignment.covariance - covariance)).toBeLessThanOrEqual(1e-11 * secondMoment);
      expect(Math.abs(alignment.secondMoment - secondMoment)).toBeLessThanOrEqual(1e-11 * secondMoment);
    }),
    { numRuns: 100 },
  );
});

test("what does not fit is refused in one line", () => {
  const at = (rows: number[][], residuals: number[], outputs = 1) =>
    jacobianLinearization({
      jacobian: fromRows(rows),
      residuals: Float64Array.from(residuals),
      outputs,
      kernels,
    });
  for (const [make, message] of [
    [() => at([[1], [2]], [1]), "expected a row for each of the 1 residuals, got 2×1"],
    [() => at([], []), "at least one column, got 0×0"],
    [() => at([[1], [2], [3]], [1, 2, 3], 2), "expected samples × 2 outputs rows"],
    [() => at([[1]], [1], 0), "expected samples × 0 outputs rows"],
    [() => at([[Number.NaN]], [1]), "Jacobian: expected finite numbers, got NaN"],
    [() => at([[1]], [Number.NaN]), "residuals: expected finite numbers, got NaN"],
    [
      () => at([[Infinity]], [1]),
      "Jacobian: expected a largest entry between 1e-130 and 1e+130, got Infinity",
    ],
    [() => at([[1e-200]], [1]), "Jacobian: expected a largest entry"],
    [() => at([[1]], [1e200]), "multiply the residuals by a constant"],
  ] as const) {
    expect(make).toThrow(InputError);
    expect(make).toThrow(message);
  }
  const point = at([[1], [2]], [1, 2]);
  expect(() => point.jvp(new Float64Array(2))).toThrow(RangeError);
  expect(() => point.vjp(new Float64Array(1))).toThrow(RangeError);
});
