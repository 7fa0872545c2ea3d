import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  covarianceOperator,
  covarianceProduct,
  gaussNewtonOperator,
  gaussNewtonProduct,
  gaussNewtonSpectrum,
  pointOf,
  secondMomentOperator,
  secondMomentProduct,
} from "../../src/geometry/index.ts";
import { type Kernels, lanczos, openKernels, traceEstimate } from "../../src/linalg/index.ts";
import { whitenedLinearization } from "../../src/models/crossEntropy.ts";
import type { Linearization } from "../../src/models/linearization.ts";
import { createStream } from "../../src/random/index.ts";
import { explicitCrossEntropy } from "../reference/explicitCrossEntropy.ts";
import {
  dot,
  type ExplicitGeometry,
  explicitGeometry,
  type Rows,
  trace,
} from "../reference/explicitGeometry.ts";
import { jacobianLinearization } from "../reference/jacobianLinearization.ts";
import { logitLinearization, logitProblems } from "../reference/logitProblems.ts";
import { problems } from "../reference/problems.ts";

let kernels: Kernels;
beforeAll(async () => {
  kernels = await openKernels();
});
afterAll(() => kernels.close());

/** Each product against the explicit matrix, to `tolerance` of Tr·‖v‖, and the operators against the products. */
async function expectProducts(
  linearization: Linearization,
  explicit: ExplicitGeometry,
  sizes: { readonly geometry: number; readonly noise: number },
): Promise<void> {
  const { parameters } = linearization;
  const v = Float64Array.from({ length: parameters }, (_, a) => Math.sin(2 * a + 1));
  const length = Math.sqrt(dot(v, v));
  const cases: [typeof gaussNewtonProduct, typeof gaussNewtonOperator, Rows, number][] = [
    [gaussNewtonProduct, gaussNewtonOperator, explicit.gaussNewton, sizes.geometry],
    [secondMomentProduct, secondMomentOperator, explicit.secondMoment, sizes.noise],
    [covarianceProduct, covarianceOperator, explicit.covariance, sizes.noise],
  ];
  for (const [product, operator, matrix, size] of cases) {
    const actual = await product(linearization, v);
    expect(actual.length).toBe(parameters);
    for (const [a, row] of matrix.entries()) {
      expect(Math.abs(actual[a] - dot(row, v))).toBeLessThanOrEqual(1e-14 * parameters * size * length);
    }
    expect(operator(linearization).size).toBe(parameters);
    expect(await operator(linearization).apply(v)).toEqual(actual);
  }
}

test("Gv, Σ₁v and Σv against explicit matrices, over shapes, ranks and scales", async () => {
  await fc.assert(
    fc.asyncProperty(problems(), async (problem) => {
      const { jacobian, residuals, outputs } = problem;
      const explicit = explicitGeometry(jacobian, residuals, outputs);
      // |r_i|·‖J_i‖ bounds a gradient before its outputs cancel
      const noise = jacobian.reduce(
        (sum, row, k) => sum + (outputs * residuals[k] ** 2 * dot(row, row) * outputs) / residuals.length,
        0,
      );
      await expectProducts(jacobianLinearization(problem), explicit, {
        geometry: trace(explicit.gaussNewton),
        noise,
      });
    }),
    { numRuns: 200 },
  );
});

test("the same for cross-entropy, through whitened logits", async () => {
  await fc.assert(
    fc.asyncProperty(logitProblems(20), async (problem) => {
      const { jacobian, logits, targets } = problem;
      const explicit = explicitCrossEntropy(jacobian, logits, targets);
      const largest = Math.max(...jacobian.map((row) => dot(row, row)));
      await expectProducts(
        whitenedLinearization(logitLinearization(problem), Float64Array.from(targets.flat())),
        explicit,
        { geometry: largest, noise: 4 * largest },
      );
    }),
    { numRuns: 100 },
  );
});

test("equal gradients make no noise: Σv is rounding, not the difference of two large numbers", async () => {
  const jacobian = Array.from({ length: 9 }, () => [0.1, 0.7, -0.3]);
  const residuals = new Float64Array(9).fill(1e8);
  const product = await covarianceProduct(
    jacobianLinearization({ jacobian, residuals, outputs: 1 }),
    Float64Array.of(1, 1, 1),
  );
  for (const value of product) expect(Math.abs(value)).toBeLessThan(1e16 * 1e-15);
});

test("leading eigenpairs of G and traces of Σ without any matrix, against those from K", async () => {
  const stream = createStream(43).split("products");
  const [n, p] = [40, 900];
  const jacobian = Array.from({ length: n }, () => Array.from(stream.gaussians(new Float64Array(p))));
  const residuals = stream.gaussians(new Float64Array(n));
  const linearization = jacobianLinearization({ jacobian, residuals, outputs: 1 });
  const { eigenvalues } = await gaussNewtonSpectrum(await pointOf(linearization), kernels);
  const { largest, complete } = await lanczos(gaussNewtonOperator(linearization), {
    kernels,
    random: stream.split("eigenvalues"),
    largest: 6,
  });
  expect(complete).toBe(true);
  for (const [k, { value, residual }] of largest.entries()) {
    expect(Math.abs(value - eigenvalues[k])).toBeLessThan(1e-12 * eigenvalues[0]);
    expect(residual).toBeLessThan(1e-10 * eigenvalues[0]);
  }
  // the sketch of 130/3 vectors holds the whole range of Σ, of rank 39
  const { trace: estimate } = await traceEstimate(covarianceOperator(linearization), {
    kernels,
    random: stream.split("trace"),
    queries: 130,
  });
  const mean = Float64Array.from({ length: p }, (_, a) =>
    jacobian.reduce((sum, row, i) => sum + (residuals[i] * row[a]) / n, 0),
  );
  const exact = jacobian.reduce(
    (sum, row, i) => sum + row.reduce((own, value, a) => own + (residuals[i] * value - mean[a]) ** 2, 0) / n,
    0,
  );
  expect(Math.abs(estimate / exact - 1)).toBeLessThan(1e-11);
});
