import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { alignmentMatrix } from "../../src/geometry/alignmentMatrix.ts";
import { directionalAlignments } from "../../src/geometry/directional.ts";
import { defined, gaussNewtonSpectrum, geometryPoint } from "../../src/geometry/index.ts";
import { type Kernels, openKernels } from "../../src/linalg/index.ts";
import { entry, fromRows, matrix } from "../../src/linalg/matrix.ts";
import { dot, explicitGeometry } from "../reference/explicitGeometry.ts";
import { gramOf, problems } from "../reference/problems.ts";

let kernels: Kernels;
beforeAll(async () => {
  kernels = await openKernels();
});
afterAll(() => kernels.close());

test("along coordinate directions, against explicit p×p matrices; its diagonal is g", () => {
  fc.assert(
    fc.property(problems(), ({ jacobian, residuals, outputs }) => {
      const { covariance, gaussNewton, loss } = explicitGeometry(jacobian, residuals, outputs);
      const moving = jacobian[0].map((_, k) => k).filter((k) => gaussNewton[k][k] > 0);
      fc.pre(loss > 0 && moving.length > 0);
      const images = fromRows(jacobian.map((row) => moving.map((k) => row[k])));
      const point = geometryPoint(gramOf(jacobian), residuals, outputs);
      const actual = defined(alignmentMatrix(point, images, kernels));
      const along = directionalAlignments(point, images).map((alignment) => defined(alignment));
      for (const [a, k] of moving.entries()) {
        for (const [b, l] of moving.entries()) {
          const unit = 2 * loss * Math.sqrt(gaussNewton[k][k]) * Math.sqrt(gaussNewton[l][l]);
          const allowed = 1e-12 * (1 + Math.sqrt(along[a].secondMoment * along[b].secondMoment));
          expect(Math.abs(entry(actual, a, b) - covariance[k][l] / unit)).toBeLessThanOrEqual(allowed);
        }
        expect(Math.abs(entry(actual, a, a) - along[a].covariance)).toBeLessThanOrEqual(
          1e-12 * along[a].secondMoment,
        );
      }
    }),
    { numRuns: 200 },
  );
});

test("along eigenvectors of G its trace is that of Σ in units of 2L·G", async () => {
  const jacobian = [
    [2, 1, 0],
    [0, 1, -1],
    [1, 0, 3],
  ];
  const residuals = Float64Array.of(1, -2, 0.5);
  const point = geometryPoint(gramOf(jacobian), residuals);
  const { eigenvalues, vectors } = await gaussNewtonSpectrum(point, kernels);
  const actual = defined(alignmentMatrix(point, vectors, kernels));
  const weighted = eigenvalues.reduce((sum, value, k) => sum + value * entry(actual, k, k), 0);
  const { covariance, loss } = explicitGeometry(jacobian, residuals, 1);
  const trace = dot(
    covariance.map((row, k) => row[k]),
    [1, 1, 1],
  );
  expect(2 * loss * weighted).toBeCloseTo(trace, 12);
});

test("undefined without a loss and along a flat direction; other shapes are refused", () => {
  const identity = fromRows([
    [1, 0],
    [0, 1],
  ]);
  const fitted = geometryPoint(identity, new Float64Array(2));
  expect(alignmentMatrix(fitted, identity, kernels)).toHaveProperty("undefined");
  const point = geometryPoint(identity, Float64Array.of(1, 2));
  expect(alignmentMatrix(point, matrix(2, 1), kernels)).toHaveProperty("undefined");
  expect(() => alignmentMatrix(point, matrix(3, 1), kernels)).toThrow(/images: expected 2 rows/);
});
