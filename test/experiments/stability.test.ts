import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  batchNoise,
  growthRate,
  type ReducedProblem,
  type SgdStep,
  stabilityThreshold,
} from "../../src/dynamics/index.ts";
import type { Row } from "../../src/experiments/experiment.ts";
import { runExperiment } from "../../src/experiments/run.ts";
import { stability, stabilityAt } from "../../src/experiments/stability/index.ts";
import { networkRuns } from "../../src/experiments/stability/networkRuns.ts";
import { draws, factors, justAbove, type Sizes, sizes } from "../../src/experiments/stability/setting.ts";
import { meanGrowth, singleRuns } from "../../src/experiments/stability/simulated.ts";
import { subjects } from "../../src/experiments/stability/subjects.ts";
import { overall } from "../../src/experiments/verdict.ts";
import { defined } from "../../src/geometry/index.ts";
import { type Kernels, matrix, openKernels } from "../../src/linalg/index.ts";
import { createStream } from "../../src/random/index.ts";
import { tableRows } from "./tableRows.ts";

/** As small as can be with statistics to decide every check. */
const tiny: Sizes = {
  seeds: 9,
  population: { runs: 400, steps: 15 },
  single: { runs: 15, steps: 80 },
  network: { runs: 2, steps: 20 },
};
const experiment = stabilityAt({ quick: tiny, paper: tiny });
const seed = 3;
const wide = "linear, n = 12 < d = 24";

let kernels: Kernels;
let rows: readonly Row[];
beforeAll(async () => {
  kernels = await openKernels({ threads: 1 });
  const { table } = await runExperiment(experiment, { kernels, scale: "quick", seed });
  rows = tableRows(table);
});
afterAll(() => kernels.close());

const checks = {
  twoRoutes: 0,
  below: 1,
  above: 2,
  growth: 3,
  bounds: 4,
  gradientDescent: 5,
  fewLeave: 6,
  mostLeave: 7,
  deviation: 8,
  outcome: 9,
} as const;
const verdicts = (changed: readonly Row[]) =>
  experiment.conclude(changed, "quick").checks.map(({ verdict }) => verdict);
const changed = (change: (row: Row) => Row) => rows.map((row) => ({ ...row, ...change(row) }));

function present<T>(value: T | undefined): T {
  if (value === undefined) throw new Error("there is none");
  return value;
}

/** The problem of a trial of the rows. */
async function problemOf({ model, seed: trial }: Row): Promise<ReducedProblem> {
  const stream = createStream(seed).split(experiment.id, "quick", `model=${model},seed=${trial}`);
  return (await present(subjects.get(model as string))(stream.split("minimum"), kernels)).problem;
}

/** The rows with the growth of another kind of noise for one model and batch, at the same learning rates. */
async function withGrowth(growth: (problem: ReducedProblem, step: SgdStep) => Promise<number> | number) {
  const result: Row[] = [];
  for (const row of rows) {
    if (row.kind !== "runs" || row.draw !== "B = 1" || row.model !== wide) {
      result.push(row);
      continue;
    }
    const problem = await problemOf(row);
    const draw = present(draws.get(row.draw as string));
    const threshold = defined(await stabilityThreshold(problem, draw, { kernels })).value;
    const learningRate = (row.factor as number) * threshold;
    result.push({ ...row, measured: await growth(problem, { ...draw, learningRate }) });
  }
  return result;
}

describe("stability", () => {
  it("holds on what it measures", () => {
    const { checks: found, figures } = experiment.conclude(rows, "quick");
    expect(found.map(({ statement, verdict }) => [verdict, statement])).toEqual(
      found.map(({ statement }) => ["holds", statement]),
    );
    expect(figures.map(({ panels }) => panels.length)).toEqual([
      subjects.size * draws.size,
      subjects.size,
      2 * subjects.size,
    ]);
  });

  it("measures every model with at least 20 seeds, 50 on paper", () => {
    expect(stability.trials("quick").length).toBe(subjects.size * sizes.quick.seeds);
    expect(sizes.quick.seeds).toBeGreaterThanOrEqual(20);
    expect(sizes.paper.seeds).toBeGreaterThanOrEqual(50);
  });

  it("fails for GD in place of SGD", () => {
    const found = verdicts(
      changed((row) => (row.kind === "runs" ? { measured: row.gradientDescent } : {}) as Row),
    );
    expect(found[checks.above]).toBe("fails");
    expect(found[checks.growth]).toBe("fails");
  });

  it("fails for noise of half the strength", async () => {
    const found = verdicts(
      await withGrowth(async (problem, { learningRate, batchSize }) => {
        const half = { learningRate, batchSize: 2 * batchSize, replacement: true };
        return defined(await growthRate(problem, half, { kernels })).value;
      }),
    );
    expect(found[checks.above]).toBe("fails");
    expect(found[checks.growth]).toBe("fails");
  });

  it("fails for isotropic noise of the same size", async () => {
    const wrong = await withGrowth(isotropicGrowth);
    expect(verdicts(wrong)[checks.growth]).toBe("fails");
    expect(overall(experiment.conclude(wrong, "quick").checks)).toBe("fails");
  });

  it("fails for a threshold that is off, and for one above its bounds", () => {
    const off = changed((row) => (row.kind === "threshold" ? { growthAtThreshold: 1 + 2e-6 } : {}));
    expect(verdicts(off)[checks.twoRoutes]).toBe("fails");
    const high = changed((row) => (row.kind === "threshold" ? { threshold: 1.0001 } : {}));
    expect(verdicts(high)[checks.bounds]).toBe("fails");
  });

  it("fails where the mean square grows below η*, and where GD would not stay", () => {
    expect(verdicts(changed(() => ({ measured: 1.01 })))[checks.below]).toBe("fails");
    expect(verdicts(changed(() => ({ gradientDescent: 1.01 })))[checks.gradientDescent]).toBe("fails");
  });

  it("fails where single runs leave below η*, or stay far above", () => {
    expect(verdicts(changed(() => ({ left: 0.1 })))[checks.fewLeave]).toBe("fails");
    expect(verdicts(changed(() => ({ left: 0.1 })))[checks.mostLeave]).toBe("fails");
  });

  it("fails for a network that the linearised problem is not of", async () => {
    const stream = createStream(1);
    const { network } = await present(subjects.get("trained tanh network"))(stream, kernels);
    const minimum = present(network);
    const { problem } = minimum;
    // the samples' rows the other way round: one spectrum, other noise
    const { rows: x, rank, outputs } = problem;
    const turned = matrix(x.rows, rank);
    for (let i = 0; i < x.rows; i++) {
      const other = (Math.floor(i / outputs) + 1) * outputs + (i % outputs);
      turned.data.set(x.data.subarray(i * rank, (i + 1) * rank), (other % x.rows) * rank);
    }
    const draw = { batchSize: 1, replacement: true };
    const threshold = defined(await stabilityThreshold(problem, draw, { kernels })).value;
    const step = { ...draw, learningRate: 1.4 * threshold };
    const moment = defined(defined(await growthRate(problem, step, { kernels })).moment);
    const options = { runs: 5, steps: 30, stream };
    const right = networkRuns(minimum, step, moment, options);
    const wrong = networkRuns({ ...minimum, problem: { ...problem, rows: turned } }, step, moment, options);
    const found = verdicts(
      changed(({ networkLeft }) => (typeof networkLeft === "number" ? { ...wrong } : {})),
    );
    expect(right.deviation).toBeLessThan(0.001);
    expect(found[checks.deviation]).toBe("fails");
    expect(verdicts(changed(() => ({ agreed: 0.5 })))[checks.outcome]).toBe("fails");
  });
});

describe("what is simulated", () => {
  it("grows in the mean by ρ a step, from any start and at every step", async () => {
    const problem = await problemOf({ model: wide, seed: 0 });
    const draw = { batchSize: 2, replacement: false };
    const { value } = defined(await stabilityThreshold(problem, draw, { kernels }));
    const step = { ...draw, learningRate: 1.1 * value };
    const rate = defined(await growthRate(problem, step, { kernels }));
    for (const [steps, runs] of [
      [1, 20_000],
      [30, 1000],
    ]) {
      const found = await meanGrowth(problem, step, defined(rate.moment), {
        runs,
        steps,
        stream: createStream(5),
      });
      expect(Math.abs(found / rate.value - 1)).toBeLessThan(0.03);
    }
  });

  it("leaves by single runs far above η*, typically slower than in the mean", async () => {
    const problem = await problemOf({ model: "linear, n = 32 > d = 12", seed: 0 });
    const draw = { batchSize: 4, replacement: true };
    const { value } = defined(await stabilityThreshold(problem, draw, { kernels }));
    const at = async (factor: number) => {
      const step = { ...draw, learningRate: factor * value };
      const rate = defined(await growthRate(problem, step, { kernels }));
      const runs = { runs: 50, steps: 200, stream: createStream(6) };
      return { ...(await singleRuns(problem, step, defined(rate.moment), runs)), exact: rate.value };
    };
    const [low, high] = [await at(0.5), await at(2)];
    expect(low.left).toBe(0);
    expect(low.typicalGrowth).toBeLessThan(1);
    expect(high.left).toBe(1);
    expect(high.typicalGrowth).toBeGreaterThan(1);
    for (const { typicalGrowth, exact } of [low, high]) expect(typicalGrowth).toBeLessThan(exact);
    expect(factors).toContain(justAbove);
  });
});

/** ρ of M ← (I−ηG)M(I−ηG) + η²c·Tr(Σ(M))/r·I, by power iteration: M stays diagonal. */
function isotropicGrowth(
  { samples, outputs, rank, rows: x, eigenvalues }: ReducedProblem,
  { learningRate, ...draw }: SgdStep,
): number {
  const noise = batchNoise(samples, draw);
  // Tr of what a unit of M along direction k becomes: (1/n) Σ_i e_kᵀH_i²e_k − λ_k²
  const traces = Float64Array.from(eigenvalues, (value, k) => {
    let sum = 0;
    for (let a = 0; a < x.rows; a++) {
      for (let b = a - (a % outputs); b < a - (a % outputs) + outputs; b++) {
        let product = 0;
        for (let j = 0; j < rank; j++) product += x.data[a * rank + j] * x.data[b * rank + j];
        sum += (x.data[a * rank + k] * product * x.data[b * rank + k]) / samples;
      }
    }
    return sum - value * value;
  });
  let moment = new Float64Array(rank).fill(1 / rank);
  let growth = 0;
  for (let step = 0; step < 2000; step++) {
    const kick = moment.reduce((sum, value, k) => sum + value * traces[k], 0) * learningRate ** 2 * noise;
    moment = moment.map((value, k) => (1 - learningRate * eigenvalues[k]) ** 2 * value + kick / rank);
    growth = moment.reduce((sum, value) => sum + value, 0);
    moment = moment.map((value) => value / growth);
  }
  return growth;
}
