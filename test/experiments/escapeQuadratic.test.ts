import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { decoupledLoss, flatOverSharp } from "../../src/dynamics/index.ts";
import { simulateSgd } from "../../src/dynamics/simulate.ts";
import { escapeQuadratic, escapeQuadraticAt } from "../../src/experiments/escapeQuadratic/index.ts";
import { minimum, sgdStep } from "../../src/experiments/escapeQuadratic/minimum.ts";
import { type Sizes, sizes, spectra, steps } from "../../src/experiments/escapeQuadratic/setting.ts";
import { typicalGrowth } from "../../src/experiments/escapeQuadratic/typicalGrowth.ts";
import type { Row } from "../../src/experiments/experiment.ts";
import { runExperiment, trialLabel } from "../../src/experiments/run.ts";
import { overall } from "../../src/experiments/verdict.ts";
import { defined } from "../../src/geometry/index.ts";
import { type Kernels, openKernels } from "../../src/linalg/index.ts";
import { createStream } from "../../src/random/index.ts";
import { tableRows } from "./tableRows.ts";

/** As small as can be with statistics to decide every check. */
const tiny: Sizes = {
  seeds: 20,
  dimension: 16,
  samples: { many: 64, few: 12 },
  trajectories: 1024,
  populations: 8,
  times: [0, 1, 4, 8, 24],
  single: { trajectories: 16, steps: 80 },
  descent: { trajectories: 64, steps: 120 },
};
const experiment = escapeQuadraticAt({ quick: tiny, paper: tiny });
const seed = 5;

let kernels: Kernels;
let rows: readonly Row[];
beforeAll(async () => {
  kernels = await openKernels({ threads: 1 });
  const { table } = await runExperiment(experiment, { kernels, scale: "quick", seed });
  rows = tableRows(table);
});
afterAll(() => kernels.close());

const names = {
  descent: "GD with",
  escapes: "in mean square",
  typical: "in a typical trajectory",
  above: "at least a third",
  settles: "exact limit",
  pooled: "averaged over spectra",
  each: "in every case by itself",
  growth: "growth of the mean loss",
  covered: "3 of their standard errors",
} as const;
type Name = keyof typeof names;

function verdicts(changed: readonly Row[]): Record<Name, string | undefined> {
  const { checks } = experiment.conclude(changed, "quick");
  const verdict = (part: string) => checks.find(({ statement }) => statement.includes(part))?.verdict;
  return Object.fromEntries(Object.entries(names).map(([name, part]) => [name, verdict(part)])) as never;
}

const changed = (change: (row: Row) => Row) => rows.map((row) => ({ ...row, ...change(row) }));
const isShare = ({ kind }: Row) => kind === "share";

/** The problem behind a row, as `measure` drew it. */
function problemOf({ spectrum, seed: own }: Row) {
  const trial = { spectrum: spectrum as string, seed: own as number };
  const stream = createStream(seed).split(experiment.id, "quick", trialLabel(trial));
  return minimum(trial.spectrum, tiny, stream, kernels);
}

/** Rows with D_k(t) from other second moments: `moments` gives λ_i E w_i² of every step for a problem and a learning rate. */
async function withShares(
  moments: (eigenvalues: Float64Array, learningRate: number, batchSize: number) => Float64Array[],
): Promise<readonly Row[]> {
  const known = new Map<string, Float64Array[]>();
  const result: Row[] = [];
  for (const row of rows) {
    if (!isShare(row)) {
      result.push(row);
      continue;
    }
    const [beta, batchSize] = [row.beta as number, row.batchSize as number];
    const key = [row.spectrum, row.seed, beta, batchSize].join();
    if (!known.has(key)) {
      const problem = await problemOf(row);
      const { learningRate } = sgdStep(problem, { beta, batchSize });
      known.set(key, moments(problem.eigenvalues, learningRate, batchSize));
    }
    const losses = known.get(key)?.[row.time as number] ?? new Float64Array(0);
    // as good as simulated: with the errors that a simulation has
    const noise = createStream(2)
      .split(key, row.time as number, row.k as number)
      .gaussian();
    const share = defined(flatOverSharp(losses, row.k as number));
    result.push({ ...row, simulated: share * Math.exp((row.logError as number) * noise) });
  }
  return result;
}

/** m_i ← (1−ηλ_i)² m_i + `kick`_i, of m_i = E w_i² from 1, as λ_i m_i; scaled to a sum of 1 at every step. */
function recursion(
  eigenvalues: Float64Array,
  learningRate: number,
  kick: (loss: number, eigenvalue: number) => number,
): Float64Array[] {
  let moments = eigenvalues.map(() => 1);
  return Array.from({ length: 25 }, () => {
    const losses = moments.map((m, i) => m * eigenvalues[i]);
    const loss = losses.reduce((sum, value) => sum + value, 0);
    moments = moments.map(
      (m, i) => ((1 - learningRate * eigenvalues[i]) ** 2 * m + kick(loss, eigenvalues[i])) / loss,
    );
    return losses.map((value) => value / loss);
  });
}

describe("escape-quadratic", () => {
  it("holds on what it measures", () => {
    const { checks } = experiment.conclude(rows, "quick");
    expect(checks.map(({ statement, verdict }) => [verdict, statement])).toEqual(
      checks.map(({ statement }) => ["holds", statement]),
    );
    expect(checks.length).toBe(Object.keys(names).length);
  });

  it("measures every spectrum with at least 20 seeds, 50 on paper", () => {
    expect(escapeQuadratic.trials("quick").length).toBe(spectra(sizes.quick).size * sizes.quick.seeds);
    expect(sizes.quick.seeds).toBeGreaterThanOrEqual(20);
    expect(sizes.paper.seeds).toBeGreaterThanOrEqual(50);
  });

  it("is held against recursions that are right where the noise is", () => {
    const eigenvalues = Float64Array.of(3, 1, 0.5);
    const step = { learningRate: 0.7, noise: 0.5 };
    const exact = decoupledLoss(eigenvalues, step);
    const byHand = recursion(
      eigenvalues,
      step.learningRate,
      (loss, eigenvalue) => step.learningRate ** 2 * step.noise * loss * eigenvalue,
    );
    for (const losses of byHand) {
      const shares = exact.next().value.shares;
      expect(defined(flatOverSharp(losses, 1))).toBeCloseTo(defined(flatOverSharp(shares, 1)), 12);
    }
  });

  it("fails for isotropic noise of the same size, Σ = 2L·(Tr G/r)·I", async () => {
    const wrong = await withShares((eigenvalues, learningRate, batchSize) => {
      const mean = eigenvalues.reduce((sum, value) => sum + value, 0) / eigenvalues.length;
      return recursion(eigenvalues, learningRate, (loss) => (learningRate ** 2 / batchSize) * loss * mean);
    });
    const { settles, pooled, each, covered } = verdicts(wrong);
    expect([settles, pooled, each, covered]).toEqual(["fails", "fails", "fails", "fails"]);
    expect(overall(experiment.conclude(wrong, "quick").checks)).toBe("fails");
  });

  it("fails with GD in place of SGD", async () => {
    const wrong = await withShares((eigenvalues, learningRate) =>
      recursion(eigenvalues, learningRate, () => 0),
    );
    const { settles, pooled, each, covered } = verdicts(wrong);
    expect([settles, pooled, each, covered]).toEqual(["fails", "fails", "fails", "fails"]);
  });

  it("fails where SGD leaves as GD beyond 2/λ₁ does, along the sharpest direction alone", () => {
    const descent = rows.filter(({ kind }) => kind === "descent");
    const wrong = changed((row) => {
      if (!isShare(row)) return {};
      const own = descent.find(
        ({ spectrum, seed: other, time }) =>
          spectrum === row.spectrum && other === row.seed && time === row.time,
      );
      return { simulated: own?.simulated ?? null };
    });
    const { above, settles, each } = verdicts(wrong);
    expect([above, settles, each]).toEqual(["fails", "fails", "fails"]);
  });

  it("fails with SGD in place of GD", () => {
    const wrong = changed((row) => {
      if (row.kind !== "descent") return {};
      const own = rows.find(
        ({ kind, spectrum, seed: other, beta, time }) =>
          kind === "share" && spectrum === row.spectrum && other === row.seed && beta === 1.2 && time === 24,
      );
      return { simulated: own?.simulated ?? null };
    });
    expect(verdicts(wrong).descent).toBe("fails");
  });

  it("fails where the mean loss grows as a typical trajectory, or as under Σ = 2L·G", () => {
    const typical = changed((row) => (row.kind === "growth" ? { simulated: row.typical } : {}));
    const decoupled = changed((row) => (row.kind === "growth" ? { simulated: row.decoupledLimit } : {}));
    expect(verdicts(typical).growth).toBe("fails");
    expect(verdicts(decoupled).growth).toBe("fails");
  });

  it("fails where SGD stays, in the mean or in a typical trajectory", () => {
    for (const [field, name] of [
      ["limit", "escapes"],
      ["typical", "typical"],
    ] as const) {
      const wrong = changed((row) => (row.kind === "growth" ? { [field]: -0.1 } : {}));
      expect(verdicts(wrong)[name]).toBe("fails");
    }
  });

  it("draws every spectrum, every step, growth and paths", () => {
    const { figures } = experiment.conclude(rows, "quick");
    expect(figures.map(({ panels }) => panels.length)).toEqual([5, steps.length, 5, 2]);
  });
});

describe("typical growth", () => {
  it("is the mean of ln L over single trajectories, from a quarter of the steps on", async () => {
    const problem = await problemOf({ spectrum: "isotropic", seed: 0 });
    const step = sgdStep(problem, { beta: 1, batchSize: 2 });
    const stream = createStream(4);
    const simulated = await simulateSgd(problem, step, {
      count: 5,
      times: [10, 40],
      sharpest: [],
      kept: Array.from({ length: problem.rank }, (_, k) => k),
      stream,
    });
    const logLoss = (time: number, t: number) => {
      const [exponent, , ...w] = simulated.records[time].subarray(
        t * simulated.recordLength,
        (t + 1) * simulated.recordLength,
      );
      return Math.log(
        w.reduce((sum, value, k) => sum + problem.eigenvalues[k] * (value * 2 ** exponent) ** 2, 0),
      );
    };
    let mean = 0;
    for (let t = 0; t < 5; t++) mean += (logLoss(1, t) - logLoss(0, t)) / 30 / 5;
    expect(await typicalGrowth(problem, step, { trajectories: 5, steps: 40 }, stream)).toBeCloseTo(mean, 12);
  });
});
