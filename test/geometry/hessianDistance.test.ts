import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { hessianDistance } from "../../src/geometry/hessianDistance.ts";
import { type Kernels, openKernels } from "../../src/linalg/index.ts";
import type { HessianLinearization } from "../../src/models/linearization.ts";
import { createStream } from "../../src/random/index.ts";
import { seededUniform } from "../reference/dense.ts";
import { jacobiEigen } from "../reference/explicitDynamics.ts";
import { dot, explicitGeometry, frobenius, type Rows } from "../reference/explicitGeometry.ts";
import { jacobianLinearization } from "../reference/jacobianLinearization.ts";
import { type Problem, problems } from "../reference/problems.ts";

let kernels: Kernels;
beforeAll(async () => {
  kernels = await openKernels();
});
afterAll(() => kernels.close());
const stream = (label: string | number) => createStream(61).split("distance", label);

/** A model whose Hessian is G + `size`·‖G‖·R with R symmetric, entries of order 1. */
function withResidualPart({ jacobian, residuals, outputs }: Problem, size: number, seed: number) {
  const { gaussNewton } = explicitGeometry(jacobian, residuals, outputs);
  const next = seededUniform(seed);
  const unit = size * frobenius(gaussNewton);
  const rest: Rows = gaussNewton.map((row) => row.map(() => 0));
  for (let i = 0; i < rest.length; i++) {
    for (let j = 0; j <= i; j++) rest[i][j] = rest[j][i] = unit * next();
  }
  const hessian = gaussNewton.map((row, i) => row.map((value, j) => value + rest[i][j]));
  const linearization: HessianLinearization = {
    ...jacobianLinearization({ jacobian, residuals, outputs }),
    hvp: (v) => Float64Array.from(hessian, (row) => dot(row, v)),
  };
  return { linearization, hessian, rest, gaussNewton };
}

test("few parameters: eigenvalues, distance along a direction and norm are those of explicit matrices", async () => {
  await fc.assert(
    fc.asyncProperty(
      problems({ maxScale: 20 }),
      fc.constantFrom(0, 1e-6, 0.1, 3),
      fc.nat(1e6),
      async (problem, size, seed) => {
        const { linearization, hessian, rest } = withResidualPart(problem, size, seed);
        const next = seededUniform(seed + 1);
        const direction = Float64Array.from(rest, next);
        const length = Math.sqrt(dot(direction, direction));
        const unit = direction.map((value) => value / length);
        const found = await hessianDistance(linearization, unit, { kernels, stream: stream(seed) });
        const { values } = jacobiEigen(hessian);
        const scale = Math.max(...values.map(Math.abs));
        // converged to 1e-4·‖H‖ of residual, and some eigenvalue within it
        for (const [pair, exact] of [
          [found.largest, Math.max(...values)],
          [found.smallest, Math.min(...values)],
        ] as const) {
          expect(pair.converged).toBe(true);
          expect(Math.abs(pair.value - exact)).toBeLessThanOrEqual(1e-4 * scale);
        }
        const along = rest.map((row) => dot(row, unit));
        const rounding = 1e-13 * scale * rest.length;
        expect(Math.abs(found.along - Math.sqrt(dot(along, along)))).toBeLessThanOrEqual(rounding);
        expect(Math.abs(found.frobenius - frobenius(rest))).toBeLessThanOrEqual(rounding);
        expect(found.frobeniusStandardError).toBe(0);
      },
    ),
    { numRuns: 80 },
  );
});

test("many parameters: the norm within its standard error; products counted; it can be ended", async () => {
  const next = seededUniform(4);
  const [samples, parameters] = [20, 90];
  const jacobian = Array.from({ length: samples }, () => Array.from({ length: parameters }, next));
  const residuals = Float64Array.from({ length: samples }, next);
  const problem = { jacobian, residuals, outputs: 1 };
  const { linearization, rest } = withResidualPart(problem, 0.02, 9);
  const direction = new Float64Array(parameters).fill(1 / Math.sqrt(parameters));
  let products = 0;
  const at = (label: string | number, more: object = {}) =>
    hessianDistance(linearization, direction, { kernels, stream: stream(label), ...more });
  const first = await at("first", {
    onProgress(count: number) {
      expect(count).toBe(products + 1);
      products = count;
    },
  });
  expect(products).toBeGreaterThan(24);
  expect(await at("first")).toEqual(first);
  // Student's 99.9 % quantile for the 7 degrees of freedom of 8 probes
  const reach = 5.408 * first.frobeniusStandardError;
  expect(first.frobeniusStandardError).toBeGreaterThan(0);
  expect(Math.abs(first.frobenius - frobenius(rest))).toBeLessThan(reach);
  expect(reach).toBeLessThan(0.5 * frobenius(rest));
  const ended = { signal: AbortSignal.abort(new Error("enough")) };
  await expect(at("ended", ended)).rejects.toThrow("enough");
});
