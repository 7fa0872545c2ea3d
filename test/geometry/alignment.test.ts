import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { decouplingDistance } from "../../src/geometry/decoupling.ts";
import { directionalAlignment } from "../../src/geometry/directional.ts";
import {
  type Alignment,
  defined,
  gaussNewtonSpectrum,
  geometryPoint,
  lossAlignment,
  noiseSummary,
} from "../../src/geometry/index.ts";
import { type Kernels, openKernels } from "../../src/linalg/index.ts";
import { column, fromRows, matrix } from "../../src/linalg/matrix.ts";
import {
  dot,
  explicitDecoupling,
  explicitDirectionalAlignment,
  explicitGeometry,
  explicitLossAlignment,
  frobenius,
  trace,
} from "../reference/explicitGeometry.ts";
import { gramOf, problems } from "../reference/problems.ts";

let kernels: Kernels;
beforeAll(async () => {
  kernels = await openKernels();
});
afterAll(() => kernels.close());

/** |a − b| ≤ 1e-12·unit: rounding of sums of a few dozen terms. */
function near(actual: number, expected: number, unit: number): void {
  expect(Math.abs(actual - expected)).toBeLessThanOrEqual(1e-12 * unit);
}

describe("from K alone, against explicit p×p matrices", () => {
  test("loss alignment, sizes of noise and geometry, decoupling", () => {
    fc.assert(
      fc.property(problems(), ({ jacobian, residuals, outputs }) => {
        const explicit = explicitGeometry(jacobian, residuals, outputs);
        const point = geometryPoint(gramOf(jacobian), residuals, outputs);
        const expected = explicitLossAlignment(explicit);
        const actual = defined(lossAlignment(point));
        near(actual.covariance, expected.covariance, expected.secondMoment);
        near(actual.secondMoment, expected.secondMoment, expected.secondMoment);

        const summary = noiseSummary(point);
        near(summary.loss, explicit.loss, explicit.loss);
        near(summary.gaussNewtonTrace, trace(explicit.gaussNewton), trace(explicit.gaussNewton));
        near(summary.gaussNewtonFrobenius, frobenius(explicit.gaussNewton), frobenius(explicit.gaussNewton));
        near(summary.noiseTrace, trace(explicit.covariance), trace(explicit.secondMoment));
        near(
          summary.gradientNormSquared,
          dot(explicit.gradient, explicit.gradient),
          trace(explicit.secondMoment),
        );

        // the trace of AKAK loses half the digits where it nearly vanishes, so it is compared squared
        for (const share of outputs > 1 ? [1, 1 / outputs] : [1]) {
          const distance = defined(decouplingDistance(point, share < 1));
          const reference = explicitDecoupling(explicit, share);
          near(distance ** 2, reference ** 2, 1 + reference ** 2);
        }
      }),
      { numRuns: 300 },
    );
  });

  test("directional alignment along arbitrary directions and subspaces", () => {
    fc.assert(
      fc.property(problems(), fc.integer({ min: 0, max: 11 }), ({ jacobian, residuals, outputs }, axis) => {
        const explicit = explicitGeometry(jacobian, residuals, outputs);
        const point = geometryPoint(gramOf(jacobian), residuals, outputs);
        const p = jacobian[0].length;
        const along = (k: number) => jacobian.map((row) => [row[k % p]]);
        const unit = Float64Array.from({ length: p }, (_, k) => (k === axis % p ? 1 : 0));
        const expected = explicitDirectionalAlignment(explicit, unit);
        const actual = defined(directionalAlignment(point, fromRows(along(axis))));
        near(actual.covariance, expected.covariance, expected.secondMoment + 1e-3);
        near(actual.secondMoment, expected.secondMoment, expected.secondMoment + 1e-3);

        const whole = defined(directionalAlignment(point, fromRows(jacobian)));
        const g = trace(explicit.covariance) / (2 * explicit.loss * trace(explicit.gaussNewton));
        near(whole.covariance, g, 1 + g);
      }),
      { numRuns: 300 },
    );
  });

  test("along eigenvectors: g₁ from u_k equals vᵀΣ₁v/(2L·vᵀGv) with v = Jᵀu, and eigenvalues are G's", async () => {
    await fc.assert(
      fc.asyncProperty(problems(), async ({ jacobian, residuals, outputs }) => {
        const explicit = explicitGeometry(jacobian, residuals, outputs);
        const point = geometryPoint(gramOf(jacobian), residuals, outputs);
        const { eigenvalues, vectors } = await gaussNewtonSpectrum(point, kernels);
        near(
          dot(eigenvalues, eigenvalues),
          frobenius(explicit.gaussNewton) ** 2,
          frobenius(explicit.gaussNewton) ** 2,
        );
        // v = Jᵀu keeps the digits of u only where λ_k is well above rounding
        const sharp = eigenvalues.findIndex((value) => value < 1e-6 * eigenvalues[0]);
        for (let k = 0; k < (sharp < 0 ? eigenvalues.length : sharp); k++) {
          const u = column(vectors, k);
          const v = Float64Array.from({ length: jacobian[0].length }, (_, a) =>
            dot(
              u,
              jacobian.map((row) => row[a]),
            ),
          );
          const expected = explicitDirectionalAlignment(explicit, v);
          const image = { ...matrix(u.length, 1, u) };
          const actual = defined(directionalAlignment(point, image));
          expect(Math.abs(actual.covariance - expected.covariance)).toBeLessThanOrEqual(
            1e-8 * (1 + expected.secondMoment),
          );
          expect(Math.abs(actual.secondMoment - expected.secondMoment)).toBeLessThanOrEqual(
            1e-8 * (1 + expected.secondMoment),
          );
        }
      }),
      { numRuns: 100 },
    );
  });
});

describe("special points", () => {
  const identity = fromRows([
    [1, 0],
    [0, 1],
  ]);

  test("zero residuals: undefined, with the reason", () => {
    const point = geometryPoint(identity, new Float64Array(2));
    const reason = { undefined: "the loss is zero: every residual is 0" };
    expect(lossAlignment(point)).toEqual(reason);
    expect(decouplingDistance(point)).toEqual(reason);
    expect(directionalAlignment(point, identity)).toEqual(reason);
  });

  test("a zero Jacobian: undefined, and its spectrum is empty", async () => {
    const point = geometryPoint(matrix(2, 2), Float64Array.of(1, 2));
    expect(lossAlignment(point)).toEqual({
      undefined: "the Gauss–Newton matrix is zero: every Jacobian entry is 0",
    });
    expect((await gaussNewtonSpectrum(point, kernels)).eigenvalues).toHaveLength(0);
    expect(directionalAlignment(point, matrix(2, 1))).toMatchObject({
      undefined: expect.stringContaining("vᵀGv = 0"),
    });
  });

  test("one sample makes no noise: μ = 0 and μ₁ = 1 exactly", () => {
    const point = geometryPoint(fromRows([[5]]), Float64Array.of(-3));
    expect(lossAlignment(point)).toEqual({ covariance: 0, secondMoment: 1 } satisfies Alignment);
    expect(noiseSummary(point).noiseTrace).toBe(0);
  });

  test("identical samples make no noise: μ = 0, not rounding", () => {
    const point = geometryPoint(
      fromRows(Array.from({ length: 7 }, () => new Array(7).fill(0.1))),
      new Float64Array(7).fill(0.3),
    );
    const { covariance, secondMoment } = defined(lossAlignment(point));
    expect(covariance).toBeLessThan(1e-30);
    expect(secondMoment).toBeCloseTo(1, 14);
    expect(noiseSummary(point).noiseTrace).toBeLessThan(1e-17);
  });

  test("NaN, infinity and shapes that disagree throw a RangeError", () => {
    expect(() => geometryPoint(fromRows([[Number.NaN]]), Float64Array.of(1))).toThrow(RangeError);
    expect(() => geometryPoint(fromRows([[1]]), Float64Array.of(Infinity))).toThrow("finite");
    expect(() => geometryPoint(identity, Float64Array.of(1))).toThrow(
      "expected 1×1 for 1 residuals, got 2×2",
    );
    expect(() => geometryPoint(identity, Float64Array.of(1, 2), 3)).toThrow("3 outputs");
  });

  test("metrics do not depend on the scale of J or r, down to 1e-150 and up to 1e150", () => {
    const jacobian = [
      [1, 2, 0],
      [0.5, -1, 3],
    ];
    const residuals = Float64Array.of(1, -0.25);
    const base = defined(lossAlignment(geometryPoint(gramOf(jacobian), residuals)));
    for (const scale of [1e-150, 1e-75, 1e75, 1e150]) {
      const gram = gramOf(jacobian);
      const scaled = geometryPoint(
        { ...gram, data: gram.data.map((k) => k * scale) },
        residuals.map((r) => r * scale),
      );
      near(defined(lossAlignment(scaled)).covariance, base.covariance, 1);
      near(
        defined(decouplingDistance(scaled)),
        defined(decouplingDistance(geometryPoint(gram, residuals))),
        1,
      );
    }
  });
});

test("mean over eigen-directions: g₁ is 1 and g is 1 − 1/n, exactly, where K has full rank", async () => {
  const stream = (await import("../../src/random/index.ts")).createStream(3);
  const n = 60;
  const jacobian = Array.from({ length: n }, () => Array.from(stream.gaussians(new Float64Array(2 * n))));
  const point = geometryPoint(gramOf(jacobian), stream.gaussians(new Float64Array(n)));
  const { vectors } = await gaussNewtonSpectrum(point, kernels);
  expect(vectors.columns).toBe(n);
  const values = Array.from({ length: n }, (_, k) =>
    defined(directionalAlignment(point, matrix(n, 1, column(vectors, k)))),
  );
  const mean = (pick: (a: Alignment) => number) => values.reduce((sum, value) => sum + pick(value) / n, 0);
  expect(Math.abs(mean((a) => a.secondMoment) - 1)).toBeLessThan(1e-10);
  expect(Math.abs(mean((a) => a.covariance) - (1 - 1 / n))).toBeLessThan(1e-10);
});
