import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { stepInUse } from "../../src/cli/adviseStep.ts";
import { advise } from "../../src/dynamics/advice.ts";
import {
  alignmentBound,
  gradientDescentBatch,
  growthRate,
  limitFlatOverSharp,
  reducedProblem,
  type SgdStep,
  stabilityThreshold,
} from "../../src/dynamics/index.ts";
import { interpolation } from "../../src/dynamics/interpolation.ts";
import { quadraticModel } from "../../src/dynamics/quadraticModel.ts";
import { defined, gradientNoiseScale, isDefined, lossAlignment, pointOf } from "../../src/geometry/index.ts";
import { InputError } from "../../src/inputError.ts";
import { fromRows, type Kernels, openKernels } from "../../src/linalg/index.ts";
import { createStream } from "../../src/random/index.ts";
import { seededUniform } from "../reference/dense.ts";
import { explicitDynamics, explicitGrowthRate, explicitThreshold } from "../reference/explicitDynamics.ts";
import { dot } from "../reference/explicitGeometry.ts";
import { jacobianLinearization } from "../reference/jacobianLinearization.ts";
import { type Problem, problems } from "../reference/problems.ts";
import { escapeProblems, noiseOf } from "./escapeProblems.ts";

let kernels: Kernels;
beforeAll(async () => {
  kernels = await openKernels();
});
afterAll(() => kernels.close());
const stream = createStream(5);

/** The same model, swept in blocks of two samples. */
function swept(problem: Problem) {
  const { jacobian, residuals, outputs } = problem;
  return {
    ...jacobianLinearization(problem),
    async *blocks() {
      for (let first = 0; first < residuals.length; first += 2 * outputs) {
        const rows = jacobian.slice(first, first + 2 * outputs);
        yield {
          jacobian: fromRows(rows),
          residuals: residuals.subarray(first, first + rows.length),
        };
      }
    },
  };
}

const near = (actual: number, expected: number, tolerance: number) =>
  expect(Math.abs(actual - expected)).toBeLessThanOrEqual(tolerance * Math.abs(expected));

test("the quadratic model swept in blocks is that of the Gram matrix", async () => {
  await fc.assert(
    fc.asyncProperty(problems({ maxScale: 20 }), async (problem) => {
      const gram = await quadraticModel(jacobianLinearization(problem), kernels);
      const sweep = await quadraticModel(swept(problem), kernels);
      near(sweep.summary.loss, gram.summary.loss, 1e-13);
      near(sweep.summary.gaussNewtonFrobenius, gram.summary.gaussNewtonFrobenius, 1e-12);
      near(sweep.summary.gaussNewtonTrace, gram.summary.gaussNewtonTrace, 1e-12);
      const size = gram.summary.noiseTrace + gram.summary.gradientNormSquared;
      expect(Math.abs(sweep.summary.noiseTrace - gram.summary.noiseTrace)).toBeLessThanOrEqual(1e-12 * size);
      const own = defined(gram.lossAlignment).covariance;
      expect(Math.abs(defined(sweep.lossAlignment).covariance - own)).toBeLessThanOrEqual(1e-11);
      expect(isDefined(sweep.noiseScale)).toBe(isDefined(gram.noiseScale));
      if (!isDefined(sweep.noiseScale) || !isDefined(gram.noiseScale)) return;
      const { value } = gram.noiseScale;
      expect(Math.abs(sweep.noiseScale.value - value)).toBeLessThanOrEqual(1e-10 * (1 + value) ** 2);
    }),
    { numRuns: 100 },
  );
});

test("every answer is that of its own function, and of explicit p²×p² matrices", async () => {
  await fc.assert(
    fc.asyncProperty(escapeProblems, async ({ jacobian, outputs, samples, draw, rate }) => {
      const next = seededUniform(samples + 7 * outputs);
      const residuals = Float64Array.from(jacobian, next);
      const linearization = jacobianLinearization({ jacobian, outputs, residuals });
      const explicit = explicitDynamics(jacobian, outputs);
      const step: SgdStep = { ...draw, learningRate: (2 * rate) / explicit.eigenvalues[0] };
      const advice = await advise(linearization, { kernels, stream, step });

      const noise = noiseOf(samples, draw);
      const threshold = samples === 1 ? 2 / explicit.eigenvalues[0] : explicitThreshold(explicit, noise);
      near(defined(advice.inUse.threshold).value, threshold, 1e-8);
      near(defined(advice.gradientDescentLimit), 2 / explicit.eigenvalues[0], 1e-12);
      if (samples > 1) {
        const growth = explicitGrowthRate(explicit, step.learningRate, noise);
        expect(Math.abs(defined(advice.growth).value - growth)).toBeLessThanOrEqual(1e-8 * (1 + growth));
      }
      const sizes = advice.curve.map(({ batchSize }) => batchSize);
      const powers = [1, 2, 4, 8].filter((size) => size < samples);
      expect(sizes).toEqual([...new Set([...powers, samples, draw.batchSize])].sort((a, b) => a - b));

      const point = await pointOf(linearization);
      const problem = await reducedProblem(point, kernels);
      for (const at of advice.curve) {
        const own = { ...draw, batchSize: at.batchSize };
        expect(at.threshold).toEqual(await stabilityThreshold(problem, own, { kernels }));
        expect(at.alignmentBound).toEqual(alignmentBound(problem, own, lossAlignment(point)));
      }
      expect(advice.noiseScale).toEqual(gradientNoiseScale(point));
      expect(advice.gradientDescentBatch).toEqual(
        await gradientDescentBatch(problem, draw.replacement, { kernels }),
      );
      const raised = defined(advice.raised);
      const limit = defined(advice.inUse.threshold).value;
      expect(raised.step).toEqual({ ...step, learningRate: Math.max(step.learningRate, 1.5 * limit) });
      const growth = defined(await growthRate(problem, raised.step, { kernels }));
      expect(raised.growth.value).toBe(growth.value);
      expect(raised.flatOverSharp).toEqual([1, 5, 10].map((k) => limitFlatOverSharp(problem, growth, k)));
      const { shares } = raised;
      if (isDefined(shares))
        near(
          shares.reduce((sum, share) => sum + share, 0),
          1,
          1e-12,
        );
      const descent = defined(advice.gradientDescentRaised);
      near(descent.growth.value, 4, 1e-10);
      expect(advice.hessian).toMatchObject({ undefined: expect.stringContaining("second derivatives") });
    }),
    { numRuns: 60 },
  );
});

describe("interpolation", () => {
  test("what stays of the loss is that of residuals projected off the range of J, by Gram–Schmidt", async () => {
    await fc.assert(
      fc.asyncProperty(problems({ maxScale: 5 }), async (problem) => {
        const { jacobian, residuals, outputs } = problem;
        const reduced = await reducedProblem(await pointOf(jacobianLinearization(problem)), kernels);
        const { irreducibleLoss } = interpolation(reduced, { residuals, lossKind: "mse" });
        const columns: number[][] = [];
        const scale = Math.sqrt(Math.max(...jacobian.map((row) => dot(row, row))));
        for (const [k] of jacobian[0].entries()) {
          let v = jacobian.map((row) => row[k] / scale);
          for (let pass = 0; pass < 2; pass++) {
            for (const u of columns) {
              const along = dot(u, v);
              v = v.map((value, i) => value - along * u[i]);
            }
          }
          const length = Math.sqrt(dot(v, v));
          if (length > 1e-7) columns.push(v.map((value) => value / length));
        }
        if (columns.length !== reduced.rank) return; // on the edge of another rank
        let left = Array.from(residuals);
        for (const u of columns) {
          const along = dot(u, left);
          left = left.map((value, i) => value - along * u[i]);
        }
        const loss = dot(residuals, residuals) / (2 * reduced.samples);
        const expected = dot(left, left) / (2 * reduced.samples);
        // small eigenvalues turn their eigenvectors within rounding over them
        expect(Math.abs(defined(irreducibleLoss) - expected)).toBeLessThanOrEqual(1e-6 * loss);
        if (reduced.rank === jacobian.length) expect(irreducibleLoss).toBe(0);
        expect(reduced.outputs).toBe(outputs);
      }),
      { numRuns: 100 },
    );
  });

  test("minima of cross-entropy are finite where no target is 0; of the square loss always", async () => {
    const next = seededUniform(3);
    const problem = {
      jacobian: [
        [1, 2],
        [3, 1],
        [0, 1],
        [2, 2],
      ],
      residuals: Float64Array.from([1, 2, 3, 4], next),
      outputs: 2,
    };
    const reduced = await reducedProblem(await pointOf(jacobianLinearization(problem)), kernels);
    const of = (targets: readonly number[] | undefined, lossKind: "mse" | "cross-entropy") =>
      interpolation(reduced, {
        residuals: problem.residuals,
        lossKind,
        ...(targets && { targets: Float64Array.from(targets) }),
      });
    expect(of([0.1, 0.9, 0.3, 0.7], "cross-entropy").finiteMinimum).toBe(true);
    expect(of([0.1, 0.9, 0, 1], "cross-entropy").finiteMinimum).toBe(false);
    expect(of([0, 1, 0, 1], "mse").finiteMinimum).toBe(true);
    expect(of(undefined, "cross-entropy").finiteMinimum).toMatchObject({ undefined: expect.any(String) });
    expect(of([0, 1, 0, 1], "cross-entropy").irreducibleLoss).toMatchObject({
      undefined: expect.any(String),
    });
  });
});

test("nothing is NaN where G = 0, where the loss is 0, of one sample; absurd steps are input errors", async () => {
  const step = { learningRate: 0.1, batchSize: 1, replacement: false };
  const at = (jacobian: number[][], residuals: number[], more: Partial<SgdStep> = {}) =>
    advise(jacobianLinearization({ jacobian, residuals: Float64Array.from(residuals), outputs: 1 }), {
      kernels,
      stream,
      step: { ...step, ...more },
    });
  const flat = await at(
    [
      [0, 0],
      [0, 0],
    ],
    [1, 2],
  );
  for (const value of [flat.inUse.threshold, flat.growth, flat.raised, flat.gradientDescentLimit]) {
    expect(value).toEqual({ undefined: expect.stringContaining("Gauss–Newton matrix is zero") });
  }
  expect(flat.interpolation.irreducibleLoss).toBe(flat.summary.loss);
  const silent = await at(
    [
      [1, 0],
      [0, 2],
    ],
    [0, 0],
  );
  expect(silent.inUse.alignmentBound).toEqual({ undefined: expect.stringContaining("loss is zero") });
  expect(defined(silent.inUse.threshold).value).toBeGreaterThan(0);
  const one = await at([[1, 2]], [3]);
  expect(defined(one.inUse.threshold).value).toBeCloseTo(2 / 5, 14);
  expect(one.curve).toHaveLength(1);
  await expect(
    at(
      [
        [1, 0],
        [0, 2],
      ],
      [1, 1],
      { learningRate: 1e200 },
    ),
  ).rejects.toThrow(InputError);
  await expect(
    at(
      [
        [1, 0],
        [0, 2],
      ],
      [1, 1],
      { batchSize: 3 },
    ),
  ).rejects.toThrow(RangeError);
});

test("a learning rate that is not above 0 or not finite is refused before anything is computed", async () => {
  const linearization = jacobianLinearization({ jacobian: [[1]], residuals: Float64Array.of(1), outputs: 1 });
  const untouched = { ...linearization, gram: () => Promise.reject(new Error("computed")) };
  for (const learningRate of [-1, 0, Number.NaN, Infinity]) {
    const step = { learningRate, batchSize: 1, replacement: false };
    await expect(advise(untouched, { kernels, stream, step })).rejects.toThrow(RangeError);
  }
});

test("a run whose schedule has come down to 0 has no step to advise on", () => {
  const training = { learningRate: 0, batchSize: 2, replacement: false, momentum: 0, weightDecay: 0 };
  expect(() => stepInUse({ run: "runs/mlp" }, training, 10)).toThrow(InputError);
  expect(() => stepInUse({ run: "runs/mlp" }, training, 10)).toThrow(
    /--learning-rate: expected an η above 0, got 0/,
  );
  expect(stepInUse({ run: "runs/mlp", learningRate: 0.1 }, training, 10).learningRate).toBe(0.1);
});

test.each([
  [2 ** -400, 1],
  [2 ** 400, 2 ** -400],
  [1, 2 ** 400],
  [2 ** -200, 2 ** -200],
])("J·%d, r·%d, fewer parameters than samples: μ is the same", async (j, r) => {
  const scaledBy = (j: number, r: number): Problem => ({
    outputs: 1,
    jacobian: [
      [1, 2],
      [0.5, -1],
      [3, 0.25],
      [-1, 1],
    ].map((row) => row.map((value) => value * j)),
    residuals: Float64Array.of(1, -0.5, 0.25, 2).map((value) => value * r),
  });
  const plain = await quadraticModel(swept(scaledBy(1, 1)), kernels);
  const scaled = await quadraticModel(swept(scaledBy(j, r)), kernels);
  const [expected, found] = [defined(plain.lossAlignment), defined(scaled.lossAlignment)];
  expect(Math.abs(found.covariance - expected.covariance)).toBeLessThanOrEqual(1e-14 * expected.secondMoment);
  expect(scaled.summary.loss).toBe(plain.summary.loss * r * r);
  expect(Math.abs(scaled.summary.noiseTrace / (j * r) ** 2 / plain.summary.noiseTrace - 1)).toBeLessThan(
    1e-13,
  );
});
