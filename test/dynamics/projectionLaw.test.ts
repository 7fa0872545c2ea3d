import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type BatchDraw, batchNoise } from "../../src/dynamics/batchNoise.ts";
import { ratioOf } from "../../src/dynamics/drawnBatches.ts";
import {
  expectedDisplacement,
  gradientComponents,
  measureProjection,
  predictProjection,
  squaredDisplacement,
} from "../../src/dynamics/projectionLaw.ts";
import { eigenImages, randomImages } from "../../src/dynamics/subspaces.ts";
import { pointOf } from "../../src/geometry/point.ts";
import { gaussNewtonSpectrum } from "../../src/geometry/spectrum.ts";
import { column, fromRows, matrix } from "../../src/linalg/matrix.ts";
import { createStream } from "../../src/random/index.ts";
import { allBatches } from "../reference/batches.ts";
import { seededUniform } from "../reference/dense.ts";
import { dot, explicitGeometry, frobenius, trace } from "../reference/explicitGeometry.ts";
import { jacobianLinearization } from "../reference/jacobianLinearization.ts";
import { naiveKernels as kernels } from "../reference/naiveKernels.ts";
import { type Problem, problems } from "../reference/problems.ts";

/** g_i of every sample, and ∇L. */
function gradientsOf({ jacobian, residuals, outputs }: Problem) {
  const gradients = Array.from({ length: residuals.length / outputs }, (_, i) =>
    jacobian[0].map((_, a) => {
      let sum = 0;
      for (let k = i * outputs; k < (i + 1) * outputs; k++) sum += residuals[k] * jacobian[k][a];
      return sum;
    }),
  );
  return { gradients, mean: meanOf(gradients) };
}

const meanOf = (vectors: readonly number[][]) =>
  vectors[0].map((_, a) => vectors.reduce((sum, vector) => sum + vector[a] / vectors.length, 0));

/** k vectors of length p, orthonormal by Gram–Schmidt taken twice. */
function orthonormal(count: number, length: number, seed: number): number[][] {
  const next = seededUniform(seed);
  const basis: number[][] = [];
  while (basis.length < count) {
    let v = Array.from({ length }, next);
    for (const u of [...basis, ...basis]) {
      const share = dot(u, v);
      v = v.map((value, i) => value - share * u[i]);
    }
    basis.push(v.map((value) => value / Math.sqrt(dot(v, v))));
  }
  return basis;
}

/** J V, column by column. */
const imagesOf = ({ jacobian }: Problem, basis: readonly number[][]) =>
  fromRows(jacobian.map((row) => basis.map((v) => dot(row, v))));

const steps = fc.record({
  batchSize: fc.integer({ min: 1, max: 3 }),
  replacement: fc.boolean(),
  learningRate: fc.double({ min: 1e-3, max: 1e3, noNaN: true }),
});
const fitted = (
  samples: number,
  step: { batchSize: number; replacement: boolean; learningRate: number },
) => ({
  ...step,
  batchSize: step.replacement ? step.batchSize : Math.min(step.batchSize, samples),
});

describe("the displacement within a subspace", () => {
  it("of a batch is that of its gradient in parameter space", () => {
    fc.assert(
      fc.property(problems(), steps, fc.nat(1e6), (problem, { learningRate }, seed) => {
        const p = problem.jacobian[0].length;
        const basis = orthonormal(1 + (seed % p), p, seed);
        const linearization = jacobianLinearization(problem);
        const components = gradientComponents(linearization, imagesOf(problem, basis));
        const { gradients, mean } = gradientsOf(problem);
        const size = learningRate ** 2 * gradients.reduce((sum, g) => sum + dot(g, g), 0);
        const next = seededUniform(seed + 1);
        for (const count of [1, 2, 5]) {
          const batch = Int32Array.from({ length: count }, () =>
            Math.floor(((next() + 1) / 2) * linearization.samples),
          );
          const step = meanOf([...batch].map((i) => gradients[i])).map(
            (g, a) => learningRate * (g - mean[a]),
          );
          const expected = basis.reduce((sum, v) => sum + dot(v, step) ** 2, 0);
          const actual = squaredDisplacement(components, batch, learningRate);
          expect(Math.abs(actual - expected)).toBeLessThanOrEqual(1e-12 * size * problem.outputs);
        }
      }),
    );
  });

  it("is η²c·Tr(PΣ) on average over all batches, the prediction, and 2L·Tr(PG) decoupled", async () => {
    await fc.assert(
      fc.asyncProperty(
        problems({ maxScale: 20 }).filter(({ residuals, outputs }) => residuals.length / outputs <= 4),
        steps,
        fc.nat(1e6),
        async (problem, anyStep, seed) => {
          const { jacobian, residuals, outputs } = problem;
          const samples = residuals.length / outputs;
          const step = fitted(samples, anyStep);
          const p = jacobian[0].length;
          const basis = orthonormal(1 + (seed % p), p, seed);
          const images = imagesOf(problem, basis);
          const linearization = jacobianLinearization(problem);
          const components = gradientComponents(linearization, images);
          const displacements = allBatches(samples, step).map((batch) =>
            squaredDisplacement(components, batch, step.learningRate),
          );
          const { loss, gaussNewton, covariance, secondMoment } = explicitGeometry(
            jacobian,
            residuals,
            outputs,
          );
          const within = (a: number[][]) =>
            basis.reduce((sum, v) => sum + a.reduce((total, row, k) => total + v[k] * dot(row, v), 0), 0);
          const unit = step.learningRate ** 2 * batchNoise(samples, step);
          const expected = unit * within(covariance);
          const tolerance = 1e-12 * step.learningRate ** 2 * outputs * trace(secondMoment);
          const near = (actual: number) => expect(Math.abs(actual - expected)).toBeLessThanOrEqual(tolerance);
          near(displacements.reduce((sum, value) => sum + value / displacements.length, 0));
          near(expectedDisplacement(components, step));
          const { aligned, decoupled } = predictProjection(await pointOf(linearization), images, step);
          near(aligned);
          const uncoupled = unit * 2 * loss * within(gaussNewton);
          expect(Math.abs(decoupled - uncoupled)).toBeLessThanOrEqual(
            1e-12 * unit * 2 * loss * frobenius(gaussNewton) * p,
          );
        },
      ),
    );
  });
});

describe("subspaces", () => {
  it("of eigenvectors: images of v_k = Jᵀu_k/√(nλ_k), unit eigenvectors of G, sharpest first", async () => {
    await fc.assert(
      fc.asyncProperty(problems({ maxScale: 20 }), async (problem) => {
        const linearization = jacobianLinearization(problem);
        const { samples, vjp, jvp, residuals } = linearization;
        const spectrum = await gaussNewtonSpectrum(await pointOf(linearization), kernels);
        const { eigenvalues, vectors } = spectrum;
        const rank = eigenvalues.length;
        const images = eigenImages(spectrum, samples, 0, rank);
        for (let k = 0; k < rank; k++) {
          if (eigenvalues[k] < 1e-6 * eigenvalues[0]) continue;
          const length = Math.sqrt(samples * eigenvalues[k]);
          const v = Float64Array.from(await vjp(column(vectors, k))).map((value) => value / length);
          expect(Math.abs(dot(v, v) - 1)).toBeLessThanOrEqual(1e-8);
          const expected = await jvp(v);
          for (const [i, value] of column(images, k).entries()) {
            expect(Math.abs(value - expected[i])).toBeLessThanOrEqual(1e-7 * length);
          }
        }
        const last = eigenImages(spectrum, samples, Math.max(rank - 2, 0), 2);
        expect([last.rows, last.columns]).toEqual([residuals.length, Math.min(2, rank)]);
        for (let j = 0; j < last.columns; j++) {
          expect(column(last, j)).toEqual(column(images, rank - last.columns + j));
        }
        expect(eigenImages(spectrum, samples, rank, 3).columns).toBe(0);
      }),
      { numRuns: 50 },
    );
  });

  it("at random: an orthonormal basis, which fills the space at p dimensions", async () => {
    await fc.assert(
      fc.asyncProperty(problems({ maxScale: 20 }), fc.nat(1e6), async (problem, seed) => {
        const linearization = jacobianLinearization(problem);
        const { parameters } = linearization;
        const images = await randomImages(linearization, parameters, createStream(seed), kernels);
        const components = gradientComponents(linearization, images);
        const step = { batchSize: 1, replacement: true, learningRate: 1 };
        const { covariance, secondMoment } = explicitGeometry(
          problem.jacobian,
          problem.residuals,
          problem.outputs,
        );
        const noise = batchNoise(linearization.samples, step) * trace(covariance);
        expect(Math.abs(expectedDisplacement(components, step) - noise)).toBeLessThanOrEqual(
          1e-12 * problem.outputs * trace(secondMoment),
        );
        await expect(
          randomImages(linearization, parameters + 1, createStream(seed), kernels),
        ).rejects.toThrow(RangeError);
      }),
      { numRuns: 50 },
    );
  });

  it("at random: a share k/p of the squared length of any image, on average", async () => {
    const [p, count, repetitions] = [12, 3, 4000];
    const problem = {
      jacobian: [Array.from({ length: p }, (_, k) => Number(k === 4))],
      residuals: Float64Array.of(1),
      outputs: 1,
    };
    const linearization = jacobianLinearization(problem);
    const stream = createStream(6);
    let sum = 0;
    for (let k = 0; k < repetitions; k++) {
      const { data } = await randomImages(linearization, count, stream.split(k), kernels);
      sum += dot(data, data);
    }
    // the share is Beta(k/2, (p − k)/2); four standard errors
    const share = count / p;
    const error = Math.sqrt((2 * share * (1 - share)) / (p + 2) / repetitions);
    expect(Math.abs(sum / repetitions - share)).toBeLessThan(4 * error);
  });
});

describe("measured over drawn batches", () => {
  const problem: Problem = {
    outputs: 1,
    jacobian: [
      [1, 2],
      [0.5, -1],
      [3, 0.2],
      [-1, 1],
    ],
    residuals: Float64Array.of(1, -2, 0.5, 0.3),
  };
  const linearization = jacobianLinearization(problem);
  const images = fromRows(problem.jacobian);
  const stream = createStream(9);

  it.each<BatchDraw>([
    { batchSize: 1, replacement: true },
    { batchSize: 3, replacement: true },
    { batchSize: 3, replacement: false },
  ])("has the exact mean in its interval, as often as it says: %o", (draw) => {
    const step = { ...draw, learningRate: 0.1 };
    const exact = expectedDisplacement(gradientComponents(linearization, images), step);
    const repetitions = 400;
    let inside = 0;
    for (let k = 0; k < repetitions; k++) {
      const draws = {
        ...step,
        batches: 200,
        stream: stream.split(draw.batchSize, String(draw.replacement), k),
      };
      const { low, high } = measureProjection(linearization, images, draws);
      if (low <= exact && exact <= high) inside++;
    }
    expect(Math.abs(inside - 0.95 * repetitions)).toBeLessThanOrEqual(
      4 * Math.sqrt(repetitions * 0.05 * 0.95),
    );
  });

  it("is 0 with every sample in the batch, and for one sample", () => {
    const whole = { batchSize: 4, replacement: false, learningRate: 0.1, batches: 10, stream };
    const measured = measureProjection(linearization, images, whole);
    expect(measured.high).toBeLessThan(1e-30);
    expect(ratioOf(measured, expectedDisplacement(gradientComponents(linearization, images), whole))).toEqual(
      {
        undefined: expect.stringContaining("no noise"),
      },
    );
    const one = { samples: 1, outputs: 1, residuals: Float64Array.of(2) };
    const single = measureProjection(one, matrix(1, 1, Float64Array.of(3)), { ...whole, batchSize: 1 });
    expect(single).toMatchObject({ mean: 0, low: 0, high: 0 });
  });

  it("refuses images of another problem", () => {
    expect(() => gradientComponents(linearization, matrix(3, 1))).toThrow(/expected 4 rows/);
  });
});
