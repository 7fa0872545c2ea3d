import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  aPosterioriBound,
  decouplingDistance,
  defined,
  directionalAlignment,
  directionalExtremes,
  isDefined,
  lossAlignmentExtremes,
  measure,
  noiseSummary,
  pointOf,
} from "../../src/geometry/index.ts";
import { type Kernels, matrix, openKernels } from "../../src/linalg/index.ts";
import { whitenedLinearization } from "../../src/models/crossEntropy.ts";
import { seededUniform } from "../reference/dense.ts";
import { explicitCrossEntropy } from "../reference/explicitCrossEntropy.ts";
import {
  dot,
  explicitDecoupling,
  explicitDirectionalAlignment,
  explicitLossAlignment,
  frobenius,
  trace,
} from "../reference/explicitGeometry.ts";
import { type LogitProblem, logitLinearization, logitProblems, oneHot } from "../reference/logitProblems.ts";

let kernels: Kernels;
beforeAll(async () => {
  kernels = await openKernels();
});
afterAll(() => kernels.close());

const whitened = (problem: LogitProblem) =>
  whitenedLinearization(logitLinearization(problem), Float64Array.from(problem.targets.flat()));
const explicit = ({ jacobian, logits, targets }: LogitProblem) =>
  explicitCrossEntropy(jacobian, logits, targets);

/** |a − b| ≤ 1e-12·unit. */
function near(actual: number, expected: number, unit: number): void {
  expect(Math.abs(actual - expected)).toBeLessThanOrEqual(1e-12 * unit);
}

/** Sizes before anything cancels, in which rounding is measured: of Tr Σ₁, of Tr G and of vᵀGv. */
function reach(
  { jacobian, targets, outputs }: LogitProblem,
  probabilities: number[][],
  v: ArrayLike<number>,
) {
  let [noise, geometry, along] = [0, 0, 0];
  for (const [i, p] of probabilities.entries()) {
    let gradient = 0;
    for (let c = 0; c < outputs; c++) {
      const row = jacobian[i * outputs + c];
      const square = dot(row, row);
      gradient += Math.abs(p[c] - targets[i][c]) * Math.sqrt(square);
      geometry += (p[c] * square) / targets.length;
      along += (p[c] * dot(row, v) ** 2) / targets.length;
    }
    noise += gradient ** 2 / targets.length;
  }
  return { noise, geometry, along };
}

describe("from K̃ and r̃, against explicit p×p matrices", () => {
  test("μ, sizes of noise and geometry, decoupling, with 2L = (2/n) Σ ℓ_i", async () => {
    await fc.assert(
      fc.asyncProperty(logitProblems(), async (problem) => {
        const reference = explicit(problem);
        const { summary, lossAlignment, lossKind, decoupling } = await measure(whitened(problem), {
          kernels,
        });
        expect(lossKind).toBe("cross-entropy");
        const frobeniusNorm = frobenius(reference.gaussNewton);
        const { noise, geometry } = reach(problem, reference.probabilities, problem.jacobian[0]);
        const unit = noise / (2 * reference.loss * frobeniusNorm);
        const condition = 1 + geometry / frobeniusNorm;
        const expected = explicitLossAlignment(reference);
        const actual = defined(lossAlignment);
        near(actual.covariance, expected.covariance, unit * condition);
        near(actual.secondMoment, expected.secondMoment, unit * condition);
        near(summary.loss, reference.loss, reference.loss);
        near(summary.gaussNewtonTrace, trace(reference.gaussNewton), geometry);
        near(summary.gaussNewtonFrobenius, frobeniusNorm, geometry);
        near(summary.noiseTrace, trace(reference.covariance), noise);
        near(summary.gradientNormSquared, dot(reference.gradient, reference.gradient), noise);
        // the trace of AKAK loses half the digits where it nearly vanishes, so it is compared squared
        const perOutput = decouplingDistance(await pointOf(whitened(problem)), true);
        for (const [distance, share] of [
          [decoupling, 1],
          [perOutput, 1 / problem.outputs],
        ] as const) {
          const square = explicitDecoupling(reference, share) ** 2;
          near(defined(distance) ** 2, square, ((1 + unit / share) * condition) ** 2);
        }
      }),
      { numRuns: 150 },
    );
  });

  test("g along any direction, with the image that jvp gives", async () => {
    await fc.assert(
      fc.asyncProperty(logitProblems(), async (problem) => {
        const linearization = whitened(problem);
        const direction = Float64Array.from(problem.jacobian[0], (_, a) => Math.sin(a + 1));
        const image = await linearization.jvp(direction);
        const actual = defined(
          directionalAlignment(await pointOf(linearization), matrix(image.length, 1, image)),
        );
        const reference = explicit(problem);
        const expected = explicitDirectionalAlignment(reference, direction);
        const { noise, along } = reach(problem, reference.probabilities, direction);
        const curvature = dot(
          direction,
          reference.gaussNewton.map((row) => dot(row, direction)),
        );
        const unit = (noise * dot(direction, direction)) / (2 * reference.loss * curvature);
        near(actual.covariance, expected.covariance, unit * (1 + along / curvature));
        near(actual.secondMoment, expected.secondMoment, unit * (1 + along / curvature));
      }),
      { numRuns: 150 },
    );
  });

  test("the interval of μ is that of measuring n times with one sample left out", async () => {
    await fc.assert(
      // no sample outweighs the rest: leaving it out by subtraction would cancel
      fc.asyncProperty(logitProblems(1.5), async (problem) => {
        const { intervals } = await measure(whitened(problem), { kernels });
        const n = problem.targets.length;
        if (n < 3) {
          expect(intervals).toMatchObject({ undefined: expect.stringContaining("at least 3") });
          return;
        }
        const values = problem.targets.map((_, left) => {
          const keep = (_: unknown, row: number) => Math.floor(row / problem.outputs) !== left;
          return explicitLossAlignment(
            explicit({
              ...problem,
              jacobian: problem.jacobian.filter(keep),
              logits: problem.logits.filter(keep),
              targets: problem.targets.filter((_, i) => i !== left),
            }),
          ).covariance;
        });
        const mean = values.reduce((sum, value) => sum + value / n, 0);
        const error = Math.sqrt(((n - 1) / n) * values.reduce((sum, value) => sum + (value - mean) ** 2, 0));
        const { low, high } = defined(intervals).covariance;
        // Student's 97.5 % quantiles for 2 … 5 degrees of freedom
        const quantile = [4.30265272969615, 3.18244630528426, 2.77644510519779, 2.57058183563631][n - 3];
        near((high - low) / 2 / quantile, error, 100 * (error + mean));
      }),
      { numRuns: 100 },
    );
  });
});

test("eigen-directions: g(v_k) keeps its digits where a missed target makes r̃ as large as 1e21", async () => {
  const outputs = 3;
  const [n, p] = [5, 4];
  const next = seededUniform(8);
  const jacobian = Array.from({ length: n * outputs }, () => Array.from({ length: p }, next));
  for (const margin of [2, 20, 60, 100]) {
    const problem: LogitProblem = {
      outputs,
      jacobian,
      // the third class leads by the margin where the target is missed; the first two samples are undecided
      logits: Float64Array.from({ length: n * outputs }, (_, row) =>
        row >= 6 && row % 3 === 2 ? margin : 0.3 * Math.cos(row),
      ),
      targets: Array.from({ length: n }, (_, i) => oneHot(i % 2, outputs)),
    };
    const reference = explicit(problem);
    const { spectrum } = await measure(whitened(problem), { kernels });
    const g = matrix(p, p, Float64Array.from(reference.gaussNewton.flat()));
    const { values, vectors } = kernels.symmetricEigen(g);
    for (let k = 0; k < p; k++) {
      expect(Math.abs(spectrum.eigenvalues[k] / values[p - 1 - k] - 1)).toBeLessThan(1e-12);
      const v = Array.from({ length: p }, (_, i) => {
        return vectors.data[vectors.offset + i * vectors.rowStride + (p - 1 - k) * vectors.columnStride];
      });
      const expected = explicitDirectionalAlignment(reference, v);
      const actual = defined(spectrum.alignments[k]);
      expect(Math.abs(actual.covariance / expected.covariance - 1)).toBeLessThan(1e-11);
      expect(Math.abs(actual.secondMoment / expected.secondMoment - 1)).toBeLessThan(1e-11);
    }
  }
});

test("scale of the loss: fitted to 1e-100 or missed by 600, μ is what two classes give by hand", async () => {
  // one parameter, J_0 − J_1 = 1: g_i = ±p_other and G = (1/n) Σ p(1−p) are scalars
  const of = (margins: number[], labels: number[]): LogitProblem => ({
    outputs: 2,
    jacobian: margins.flatMap(() => [[1], [0]]),
    logits: Float64Array.from(margins.flatMap((margin) => [margin, 0])),
    targets: labels.map((label) => oneHot(label, 2)),
  });
  const small = (margin: number) => Math.exp(-margin) / (1 + Math.exp(-margin));
  for (const [margins, labels] of [
    [
      [230, 231, 229],
      [0, 0, 0],
    ],
    [
      [600, 1, 2],
      [1, 0, 1],
    ],
    [
      [600, 300, 200],
      [1, 1, 0],
    ],
    [
      [690, 0.5],
      [1, 1],
    ],
  ]) {
    const g = margins.map((margin, i) => (labels[i] === 0 ? -small(margin) : 1 / (1 + Math.exp(-margin))));
    const losses = margins.map((margin, i) => Math.log1p(Math.exp(-margin)) + (labels[i] === 0 ? 0 : margin));
    const curvature = margins.map((margin) => small(margin) / (1 + Math.exp(-margin)));
    const mean = (values: number[]) => values.reduce((sum, value) => sum + value / values.length, 0);
    // scaled by the largest gradient before they are squared
    const unit = Math.max(...g.map(Math.abs));
    const ownMean = mean(g) / unit;
    const noise = mean(g.map((value) => (value / unit - ownMean) ** 2));
    const expected = (((noise * unit) / (2 * mean(losses))) * unit) / mean(curvature);
    const { lossAlignment, summary } = await measure(whitened(of(margins, labels)), { kernels });
    expect(Math.abs(defined(lossAlignment).covariance / expected - 1)).toBeLessThan(1e-12);
    expect(Math.abs(summary.loss / mean(losses) - 1)).toBeLessThan(1e-13);
    expect(Math.abs(summary.gaussNewtonTrace / mean(curvature) - 1)).toBeLessThan(1e-12);
    expect(Math.abs(summary.noiseTrace / unit / (noise * unit) - 1)).toBeLessThan(1e-12);
  }
});

test("certificates speak of the square loss: undefined, and say so", async () => {
  const problem: LogitProblem = {
    outputs: 2,
    jacobian: [
      [1, 0],
      [0, 1],
      [2, 1],
      [1, 1],
    ],
    logits: Float64Array.of(1, 0, 0, 2),
    targets: [
      [1, 0],
      [0, 1],
    ],
  };
  const { certificate } = await measure(whitened(problem), { kernels, certificate: true });
  const point = await pointOf(whitened(problem));
  for (const value of [
    certificate?.lossAlignment,
    certificate?.aPosteriori,
    await lossAlignmentExtremes(point, kernels),
    await directionalExtremes(point, Float64Array.of(1, 2, 3, 4), kernels),
    aPosterioriBound(point, kernels),
  ]) {
    expect(value).toEqual({
      undefined:
        "a statement about the residuals of the square loss: it has no counterpart for cross-entropy",
    });
  }
});

test("a loss of zero: undefined, with a reason that fits", async () => {
  const problem: LogitProblem = {
    outputs: 2,
    jacobian: [[1], [2]],
    logits: Float64Array.of(2000, 0),
    targets: [[1, 0]],
  };
  const measurement = await measure(whitened(problem), { kernels });
  expect(measurement.lossAlignment).toEqual({
    undefined: "the loss is zero: every sample has its target with probability 1",
  });
  expect(isDefined(measurement.decoupling)).toBe(false);
  expect(noiseSummary(await pointOf(whitened(problem)))).toEqual({
    loss: 0,
    gaussNewtonTrace: 0,
    gaussNewtonFrobenius: 0,
    noiseTrace: 0,
    gradientNormSquared: 0,
  });
});

test("as many losses as samples, all finite", async () => {
  const linearization = whitened({
    outputs: 2,
    jacobian: [[1], [2]],
    logits: Float64Array.of(1, 0),
    targets: [[1, 0]],
  });
  const withLosses = (sampleLosses: Float64Array) =>
    pointOf({ ...linearization, loss: { kind: "cross-entropy", sampleLosses } });
  await expect(withLosses(new Float64Array(2))).rejects.toThrow("losses: expected 1, one a sample, got 2");
  await expect(withLosses(Float64Array.of(Number.NaN))).rejects.toThrow("losses: expected finite numbers");
});
