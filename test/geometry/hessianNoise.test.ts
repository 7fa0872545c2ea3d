import fc from "fast-check";
import { expect, test } from "vitest";
import { hessianNoiseTrace } from "../../src/geometry/hessianNoise.ts";
import { seededUniform } from "../reference/dense.ts";
import { dot, explicitGeometry, frobenius } from "../reference/explicitGeometry.ts";
import { jacobianLinearization } from "../reference/jacobianLinearization.ts";
import { problems } from "../reference/problems.ts";

test("Tr(HΣ) of any symmetric H against explicit matrices, over shapes and scales", async () => {
  await fc.assert(
    fc.asyncProperty(problems(), fc.nat(1e6), async (problem, seed) => {
      const { jacobian, residuals, outputs } = problem;
      const { covariance, secondMoment } = explicitGeometry(jacobian, residuals, outputs);
      const next = seededUniform(seed);
      const p = jacobian[0].length;
      const root = Array.from({ length: p }, () => Array.from({ length: p }, next));
      const hessian = root.map((row, a) => row.map((value, b) => value + root[b][a]));
      const expected = covariance.reduce((sum, row, a) => sum + dot(row, hessian[a]), 0);
      const actual = await hessianNoiseTrace({
        ...jacobianLinearization(problem),
        hvp: (v) => Float64Array.from(hessian, (row) => dot(row, v)),
      });
      // H is indefinite, and what of Σ₁ centring leaves may be little
      const size = frobenius(hessian) * frobenius(secondMoment);
      expect(Math.abs(actual - expected)).toBeLessThanOrEqual(1e-13 * p * outputs * size);
    }),
  );
});

test("is 0 of one sample", async () => {
  const linearization = jacobianLinearization({
    jacobian: [[3, 0.1]],
    residuals: Float64Array.of(0.7),
    outputs: 1,
  });
  expect(await hessianNoiseTrace({ ...linearization, hvp: (v) => v })).toBe(0);
});
