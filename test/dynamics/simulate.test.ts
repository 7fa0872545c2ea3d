import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { powerLaw } from "../../src/data/designs.ts";
import { decoupledLoss } from "../../src/dynamics/decoupled.ts";
import {
  expectedLoss,
  flatOverSharp,
  type ReducedProblem,
  reducedJacobian,
} from "../../src/dynamics/index.ts";
import type { SgdStep } from "../../src/dynamics/secondMoment.ts";
import { simulateSgd } from "../../src/dynamics/simulate.ts";
import { simulateDecoupled } from "../../src/dynamics/simulateDecoupled.ts";
import { simulatedFlatOverSharp, simulatedGrowth } from "../../src/dynamics/simulationEstimates.ts";
import type { Trajectories } from "../../src/dynamics/trajectories.ts";
import { defined } from "../../src/geometry/index.ts";
import { fromRows, type Kernels, openKernels } from "../../src/linalg/index.ts";
import { createStream } from "../../src/random/index.ts";
import type { Rows } from "../reference/explicitGeometry.ts";
import { type NaiveVector, naiveSplit, naiveStep } from "../reference/naiveSgd.ts";
import { escapeProblems } from "./escapeProblems.ts";

let kernels: Kernels;
beforeAll(async () => {
  kernels = await openKernels({ threads: 1 });
});
afterAll(() => kernels.close());

const stream = createStream(11);

/** w of every trajectory at the time of that index, where all directions were kept. */
function vectorsAt({ count, parts, records, recordLength }: Trajectories, time: number): Rows {
  return Array.from({ length: count }, (_, t) => {
    const record = records[time].subarray(t * recordLength, (t + 1) * recordLength);
    return Array.from(record.subarray(1 + parts.cuts.length), (value) => value * 2 ** record[0]);
  });
}

const rowsOf = ({ rows: { data, rows, columns } }: ReducedProblem): Rows =>
  Array.from({ length: rows }, (_, i) => Array.from(data.subarray(i * columns, (i + 1) * columns)));
const directions = ({ rank }: ReducedProblem) => Array.from({ length: rank }, (_, k) => k);

function expectVectors(actual: Rows, expected: readonly NaiveVector[]): void {
  for (const [t, { w, error }] of expected.entries()) {
    for (const [k, value] of w.entries()) expect(Math.abs(actual[t][k] - value)).toBeLessThanOrEqual(error);
  }
}

/** A linear model on Gaussian inputs with eigenvalues about 1/k. */
async function gaussianProblem(samples: number, dimension: number): Promise<ReducedProblem> {
  return reducedJacobian(powerLaw(dimension, 1).sample(samples, createStream(3)), 1, kernels);
}

const stepOf = (problem: ReducedProblem, beta: number, batchSize: number, replacement = true): SgdStep => ({
  learningRate: beta / Math.hypot(...problem.eigenvalues),
  batchSize,
  replacement,
});

describe("trajectories of SGD", () => {
  test("are those of one sample at a time, with the batches of their streams", async () => {
    await fc.assert(
      fc.asyncProperty(escapeProblems, async ({ jacobian, outputs, samples, draw, rate }) => {
        const problem = await reducedJacobian(fromRows(jacobian), outputs, kernels);
        if (problem.rank === 0) return;
        const learningRate = (rate * 2) / problem.eigenvalues[0];
        const times = [0, 1, 4, 9];
        const simulated = await simulateSgd(
          problem,
          { ...draw, learningRate },
          { count: 3, times, sharpest: [1], kept: directions(problem), stream },
        );
        const rows = rowsOf(problem);
        let vectors = Array.from({ length: 3 }, (_, t): NaiveVector => {
          const start = stream.split("trajectory", t, "start").gaussians(new Float64Array(problem.rank));
          return { w: Array.from(start), error: 0 };
        });
        const batches = vectors.map((_, t) => stream.split("trajectory", t, "batches"));
        for (let step = 0; step <= 9; step++) {
          if (times.includes(step)) expectVectors(vectorsAt(simulated, times.indexOf(step)), vectors);
          vectors = vectors.map((vector, t) =>
            naiveStep(rows, { ...draw, samples, learningRate }, batches[t], vector),
          );
        }
      }),
    );
  });

  test("of a population are those split by hand", async () => {
    const problem = await gaussianProblem(30, 6);
    const [rows, weights] = [rowsOf(problem), [...problem.eigenvalues]];
    const step = stepOf(problem, 2, 1);
    const [count, populationSize, last] = [22, 8, 12];
    const options = { count, populationSize, sharpest: [1], kept: directions(problem), stream };
    const simulated = await simulateSgd(problem, step, { ...options, times: [last] });
    for (let first = 0; first < count; first += populationSize) {
      const members = Array.from({ length: Math.min(populationSize, count - first) }, (_, k) => first + k);
      const own = stream.split("population", first);
      let vectors = members.map((t): NaiveVector => {
        const start = stream.split("trajectory", t, "start").gaussians(new Float64Array(problem.rank));
        return { w: Array.from(start), error: 0 };
      });
      const batches = members.map((t) => stream.split("trajectory", t, "batches"));
      for (let k = 0; k < last; k++) {
        vectors = vectors.map((vector, t) =>
          naiveStep(rows, { ...step, samples: problem.samples }, batches[t], vector),
        );
        vectors = naiveSplit(vectors, weights, own);
      }
      // errors above do not cover those of the losses, by which vectors are scaled
      const size = Math.max(...vectors.flatMap(({ w }) => w.map(Math.abs)));
      const actual = vectorsAt(simulated, 0).slice(first, first + members.length);
      for (const [t, { w }] of vectors.entries()) {
        for (const [k, value] of w.entries())
          expect(Math.abs(actual[t][k] - value)).toBeLessThan(1e-11 * size);
      }
    }
  });

  test("are the same to the bit whatever runs beside them and whenever they are looked at", async () => {
    const problem = await gaussianProblem(40, 13);
    for (const populationSize of [1, 16]) {
      const step = stepOf(problem, 1.5, 3, false);
      const options = { sharpest: [1, 5], kept: directions(problem), stream, populationSize };
      const few = await simulateSgd(problem, step, { ...options, count: 32, times: [40] });
      const many = await simulateSgd(problem, step, { ...options, count: 150, times: [0, 1, 7, 23, 40] });
      expect(vectorsAt(many, 4).slice(0, 32)).toEqual(vectorsAt(few, 0));
    }
  });

  test("are the same to the bit with two threads, which one interrupt ends", async () => {
    const problem = await gaussianProblem(60, 40);
    const step = stepOf(problem, 1.2, 4);
    const options = { count: 400, times: [0, 3000, 4500], sharpest: [1, 5], stream, populationSize: 1 };
    const progress: number[] = [];
    const one = await simulateSgd(problem, step, { ...options, onProgress: (done) => progress.push(done) });
    const two = await simulateSgd(problem, step, { ...options, threads: 2 });
    expect(two.records).toEqual(one.records);
    expect(progress.at(-1)).toBeCloseTo(1, 12);
    expect(progress).toEqual([...progress].sort((a, b) => a - b));
    const interrupt = new AbortController();
    const ended = simulateSgd(problem, step, {
      ...options,
      threads: 2,
      signal: interrupt.signal,
      onProgress: () => interrupt.abort(new Error("interrupted")),
    });
    await expect(ended).rejects.toThrow("interrupted");
  });

  test.each([
    ["grow", 2.5],
    ["fade", 0.3],
    ["vanish", 1],
  ])("over 100,000 steps %s at the rate (1−ηλ)² of a single sample", async (_, size) => {
    const problem = await reducedJacobian(fromRows([[3, 4]]), 1, kernels);
    const step = { learningRate: size / problem.eigenvalues[0], batchSize: 2, replacement: true };
    const options = { count: 5, sharpest: [1], stream };
    if (size === 1) {
      const { records } = await simulateSgd(problem, step, { ...options, times: [1, 2] });
      expect(records[1].every((value) => Math.abs(value) < 1e-30)).toBe(true);
      return;
    }
    const simulated = await simulateSgd(problem, step, { ...options, times: [0, 100_000] });
    const growth = defined(simulatedGrowth(simulated, 0, 1));
    expect(growth.value / (1 - size) ** 2 - 1).toBeCloseTo(0, 12);
    expect(simulated.records[1].every(Number.isFinite)).toBe(true);
  });

  test("stay finite through overflow in many dimensions, alone and as a population", async () => {
    const problem = await gaussianProblem(24, 9);
    for (const populationSize of [1, 4]) {
      const options = { count: 8, times: [0, 100_000], sharpest: [1, 3], stream, populationSize };
      for (const beta of [4, 0.4]) {
        const simulated = await simulateSgd(problem, stepOf(problem, beta, 2), options);
        expect(simulated.records[1].every(Number.isFinite)).toBe(true);
        const { value } = defined(simulatedGrowth(simulated, 0, 1));
        expect(Math.abs(100_000 * Math.log(value))).toBeGreaterThan(Math.log(Number.MAX_VALUE));
        expect(defined(simulatedFlatOverSharp(simulated, 1, 1)).value).toBeGreaterThan(0);
      }
    }
  });

  test("of full batches are those of GD", async () => {
    const problem = await gaussianProblem(20, 6);
    const step = stepOf(problem, 2.5, 20, false);
    const options = { count: 4, times: [0, 30], sharpest: [1], kept: directions(problem), stream };
    const [start, end] = [0, 1].map((time) => (simulated: Trajectories) => vectorsAt(simulated, time));
    const simulated = await simulateSgd(problem, step, options);
    for (const [t, w] of end(simulated).entries()) {
      for (const [k, value] of w.entries()) {
        const exact = (1 - step.learningRate * problem.eigenvalues[k]) ** 30 * start(simulated)[t][k];
        expect(Math.abs(value - exact)).toBeLessThanOrEqual(1e-13 * Math.abs(exact));
      }
    }
  });
});

/** Deviations of simulated from exact values in standard errors, over D_k and growth at every time. */
async function deviations(simulated: Trajectories, exact: { logLoss: number; shares: Float64Array }[]) {
  return simulated.times.flatMap((time, index) => {
    const { logLoss, shares } = exact[time];
    const ofShares = [...simulated.parts.sharp.keys()].map((k) => {
      const { value, logError } = defined(simulatedFlatOverSharp(simulated, index, k));
      return (Math.log(value) - Math.log(defined(flatOverSharp(shares, k)))) / logError;
    });
    if (time === 0) return ofShares;
    const { value, logError } = defined(simulatedGrowth(simulated, 0, index));
    return [...ofShares, (Math.log(value) - logLoss / time) / logError];
  });
}

async function first<T>(values: AsyncIterable<T> | Iterable<T>, count: number): Promise<T[]> {
  const result: T[] = [];
  for await (const value of values) {
    result.push(value);
    if (result.length === count) break;
  }
  return result;
}

describe("moments", () => {
  const times = [0, 1, 3, 10, 30];
  const options = { count: 2048, populationSize: 64, times, sharpest: [1, 3, 8], stream };

  test.each([
    ["one sample", 1.2, 1, true],
    ["several, with replacement", 2.4, 4, true],
    ["several, without", 3, 20, false],
  ])("of SGD follow the exact recursion: batches of %s", async (_, beta, batchSize, replacement) => {
    const problem = await gaussianProblem(40, 16);
    const step = stepOf(problem, beta, batchSize, replacement);
    const exact = await first(expectedLoss(problem, step, kernels), 31);
    for (const value of await deviations(await simulateSgd(problem, step, options), exact)) {
      expect(Math.abs(value)).toBeLessThan(4);
    }
  });

  test("of SGD with several outputs follow the exact recursion", async () => {
    const inputs = powerLaw(12, 0.5).sample(60, createStream(8));
    const problem = await reducedJacobian(inputs, 3, kernels);
    const step = stepOf(problem, 2, 2);
    const exact = await first(expectedLoss(problem, step, kernels), 31);
    for (const value of await deviations(await simulateSgd(problem, step, options), exact)) {
      expect(Math.abs(value)).toBeLessThan(4);
    }
  });

  test.each([0, 0.25, 1])("under decoupled noise follow the decoupled recursion: c = %d", async (noise) => {
    const { eigenvalues } = powerLaw(12, 1);
    const step = { learningRate: 1.3 / Math.hypot(...eigenvalues), noise };
    const exact = await first(decoupledLoss(eigenvalues, step), 31);
    const simulated = await simulateDecoupled(eigenvalues, step, options);
    for (const value of await deviations(simulated, exact)) expect(Math.abs(value)).toBeLessThan(4);
  });

  test("of small populations have no bias", async () => {
    const problem = await gaussianProblem(40, 6);
    const step = stepOf(problem, 1.5, 1);
    const exact = await first(expectedLoss(problem, step, kernels), 9);
    const simulated = await simulateSgd(problem, step, {
      ...options,
      count: 24_000,
      populationSize: 6,
      sharpest: [1, 3],
      times: [0, 4, 8],
    });
    for (const value of await deviations(simulated, exact)) expect(Math.abs(value)).toBeLessThan(4);
  });

  test("are not those of a problem with another step", async () => {
    const problem = await gaussianProblem(40, 16);
    const simulated = await simulateSgd(problem, stepOf(problem, 1.2, 1), options);
    const exact = await first(expectedLoss(problem, stepOf(problem, 1.4, 1), kernels), 31);
    const worst = (await deviations(simulated, exact)).map(Math.abs).reduce((a, b) => Math.max(a, b));
    expect(worst).toBeGreaterThan(6);
  });
});

describe("simulations that make no sense", () => {
  const options = { count: 2, times: [0, 1], sharpest: [1], stream };
  test.each([
    ["count: expected a whole number of at least 1, got 0", { count: 0 }],
    ["populationSize: expected a whole number of at least 1, got 0.5", { populationSize: 0.5 }],
    ["times: expected whole numbers of at least 0, ascending, got 3, 2", { times: [3, 2] }],
    ["times: expected whole numbers", { times: [] }],
    ["k: expected a whole number of at least 1, got 0", { sharpest: [0] }],
    ["kept: expected directions from 0 to 5, got 6", { kept: [6] }],
  ])("%s", async (message, changed) => {
    const problem = await gaussianProblem(10, 6);
    const step = stepOf(problem, 1, 1);
    await expect(simulateSgd(problem, step, { ...options, ...changed })).rejects.toThrow(message);
    const decoupled = { learningRate: 1, noise: 1 };
    const { eigenvalues } = problem;
    await expect(simulateDecoupled(eigenvalues, decoupled, { ...options, ...changed })).rejects.toThrow(
      message,
    );
  });

  test.each([
    [[1, 2], 1, "eigenvalues: expected numbers"],
    [[2, -1], 1, "eigenvalues: expected numbers"],
    [[Number.NaN], 1, "eigenvalues: expected numbers"],
    [[1], 1.5, "noise: expected c"],
  ])("decoupled: eigenvalues %j, c = %d", async (eigenvalues, noise, message) => {
    const step = { learningRate: 1, noise };
    await expect(simulateDecoupled(Float64Array.from(eigenvalues), step, options)).rejects.toThrow(message);
  });

  test("G = 0, and batches and learning rates that do not fit", async () => {
    const problem = await gaussianProblem(10, 6);
    const step = stepOf(problem, 1, 11, false);
    await expect(simulateSgd(problem, step, options)).rejects.toThrow("batchSize");
    await expect(simulateSgd(problem, { ...step, batchSize: 1, learningRate: -1 }, options)).rejects.toThrow(
      "learningRate",
    );
    const zero = await reducedJacobian(fromRows([[0, 0]]), 1, kernels);
    await expect(simulateSgd(zero, stepOf(problem, 1, 1), options)).rejects.toThrow("G = 0");
    await expect(
      simulateDecoupled(new Float64Array(3), { learningRate: 1, noise: 1 }, options),
    ).rejects.toThrow("G = 0");
  });
});
