import type { Check, Conclusion, Row } from "../experiment.ts";
import { groups, mean, numbers, perSeed, where } from "../rows.ts";
import { check, worst } from "../verdict.ts";
import { figures } from "./figures.ts";
import { descentRate, type Sizes, sharpest, steps } from "./setting.ts";

/**
 * `covered`: normal errors leave 3 standard errors in 0.3 % of cases, those of the jackknife over 8 populations in 2 %, and the
 * means are of skewed values. `pooled` and `each`: of ln D_k, whose simulated means have relative errors of a tenth a seed, more
 * where the loss is multiplied by 6 a step. `growth`: of ln ρ a step, between whose mean and typical trajectories lie 0.3 or
 * more; the logarithm of a skewed mean is low by half its variance. `decay`: at a finite t.
 */
const margins = { covered: 0.95, pooled: 0.03, each: 0.3, growth: 0.08, decay: 0.05 };
/** In so many steps what is left of the start has to be gone: D_k within a quarter of its limit. */
const settled = { steps: 8, margin: 0.25 };
/** The constant in "D_k stays above". The exact solution's own is 0.55 or more on average in the cases at hand. */
const constant = 1 / 3;

export function conclude(rows: readonly Row[], sizes: Sizes): Conclusion {
  const shares = where(rows, { kind: "share" });
  const growth = where(rows, { kind: "growth" });
  const descent = where(rows, { kind: "descent" });
  return {
    checks: [
      descentDecays(descent, sizes),
      escapes(growth, "limit", "in mean square: ln ρ of the exact second moment is positive"),
      escapes(growth, "typical", "in a typical trajectory too: the mean of ln L grows"),
      staysAbove(shares),
      settles(shares),
      pooled(shares),
      each(shares),
      growsAsExpected(growth),
      covered([...shares, ...growth]),
    ],
    reading: reading(shares, growth),
    setting: setting(sizes),
    figures: figures(rows, sizes),
  };
}

/** The paper's case: single samples and β > 1. */
const isClaimed = ({ beta, batchSize }: Row) => batchSize === 1 && (beta as number) > 1;

function descentDecays(descent: readonly Row[], sizes: Sizes): Check {
  const last = sizes.descent.steps;
  const [half, end] = [Math.floor(last / 2), last].map((time) => where(descent, { time }));
  return worst(
    groups(end, ["spectrum"]).map(({ name: spectrum, rows: own }) =>
      check(
        `GD with η = ${descentRate}·2/λ₁: over the second half of ${last} steps ln D_1 falls by 2·ln(max |1−ηλ_i|/|1−ηλ₁|) a step, the mean ratio within ${100 * margins.decay} % of 1 (worst spectrum: ${spectrum})`,
        own.map(({ seed, simulated, decay }) => {
          const [before] = where(half, { spectrum, seed: seed as number });
          const slope = Math.log((simulated as number) / (before.simulated as number)) / Math.ceil(last / 2);
          return slope / (decay as number);
        }),
        { atLeast: 1 - margins.decay, atMost: 1 + margins.decay },
      ),
    ),
  );
}

function escapes(growth: readonly Row[], field: string, sentence: string): Check {
  const claimed = growth.filter(({ beta }) => (beta as number) > 1);
  return worst(
    byCase(claimed).map(({ name, rows }) =>
      check(
        `SGD with η = β√B/‖G‖_F, β > 1, escapes ${sentence} (a step; worst case: ${name})`,
        numbers(rows, field),
        { atLeast: 0 },
      ),
    ),
  );
}

function staysAbove(shares: readonly Row[]): Check {
  const claimed = shares.filter((row) => isClaimed(row) && (row.time as number) >= settled.steps);
  return worst(
    byCase(claimed, "k", "time").map(({ name, rows }) =>
      check(
        `batches of one, β > 1: from step ${settled.steps} on the simulated D_k is at least a third of the paper's Σ_{i>k}λ_i²/Σ_{i≤k}λ_i² (mean ratio; worst case: ${name})`,
        rows.map((row) => (row.simulated as number) / (row.bound as number)),
        { atLeast: constant },
      ),
    ),
  );
}

function settles(shares: readonly Row[]): Check {
  const claimed = where(shares, { time: settled.steps }).filter(isClaimed);
  return worst(
    byCase(claimed, "k").map(({ name, rows }) =>
      check(
        `batches of one, β > 1: after ${settled.steps} steps the simulated D_k lies within ${100 * settled.margin} % of the exact limit D_k(∞) (mean ratio; worst case: ${name})`,
        rows.map((row) => (row.simulated as number) / (row.limit as number)),
        { atLeast: 1 - settled.margin, atMost: 1 + settled.margin },
      ),
    ),
  );
}

/** ln(simulated/exact) of D_k. */
const excess = (row: Row) => Math.log((row.simulated as number) / (row.exact as number));

function pooled(shares: readonly Row[]): Check {
  return check(
    `the simulated D_k(t) over that of the exact recursion, averaged over spectra, steps, batches, k and t: the mean logarithm lies within ${margins.pooled} of 0`,
    perSeed(
      shares.map((row) => ({ ...row, excess: excess(row) })),
      "excess",
    ),
    { atLeast: -margins.pooled, atMost: margins.pooled },
  );
}

function each(shares: readonly Row[]): Check {
  return worst(
    byCase(shares, "k", "time").map(({ name, rows }) =>
      check(
        `in every case by itself it lies within ${margins.each} of 0 (worst case: ${name})`,
        rows.map(excess),
        { atLeast: -margins.each, atMost: margins.each },
      ),
    ),
  );
}

function growsAsExpected(growth: readonly Row[]): Check {
  return worst(
    byCase(growth).map(({ name, rows }) =>
      check(
        `the simulated ln of the growth of the mean loss, a step, lies within ${margins.growth} of that of the exact recursion (mean difference; worst case: ${name})`,
        rows.map((row) => (row.simulated as number) - (row.exact as number)),
        { atLeast: -margins.growth, atMost: margins.growth },
      ),
    ),
  );
}

/** Whether a single simulation's errors are worth their name. */
function covered(rows: readonly Row[]): Check {
  const inside = rows.map((row) => {
    const off = row.kind === "share" ? excess(row) : (row.simulated as number) - (row.exact as number);
    return { ...row, inside: Math.abs(off) <= 3 * (row.logError as number) ? 1 : 0 };
  });
  return check(
    `simulated D_k and growth lie within 3 of their standard errors of the exact ones in at least ${100 * margins.covered} % of the cases (share)`,
    perSeed(inside, "inside"),
    { atLeast: margins.covered },
  );
}

/** Rows of one spectrum and step of SGD, and of equal other fields, with a name. */
function byCase(rows: readonly Row[], ...fields: readonly string[]) {
  return groups(rows, ["spectrum", "beta", "batchSize", ...fields]).map(({ rows: own }) => {
    const { spectrum, beta, batchSize } = own[0];
    const others = fields.map((field) => `${field === "time" ? "t" : field} = ${own[0][field]}`);
    return { name: [`${spectrum}`, `β = ${beta}`, `B = ${batchSize}`, ...others].join(", "), rows: own };
  });
}

function reading(shares: readonly Row[], growth: readonly Row[]): string {
  const constants = (rows: readonly Row[]) =>
    byCase(where(rows, { time: 0 }), "k").map(({ rows: own }) =>
      mean(own.map((row) => (row.limit as number) / (row.bound as number))),
    );
  const range = (values: readonly number[]) =>
    `${Math.min(...values).toFixed(2)} to ${Math.max(...values).toFixed(2)}`;
  const typical = byCase(growth.filter(isClaimed)).map(({ rows }) =>
    mean(rows.map((row) => (row.typical as number) / (row.limit as number))),
  );
  const over = byCase(shares.filter(isClaimed), "k").map(({ rows }) =>
    mean(rows.map((row) => (row.decoupledLimit as number) / (row.limit as number))),
  );
  const large = shares.filter(({ batchSize }) => batchSize === 16);
  return (
    `With batches of one and β > 1 the exact D_k(∞) is ${range(constants(shares.filter(isClaimed)))} times the paper's bound, averaged over data sets: its constant. ` +
    `Noise Σ = 2L·G would make it ${range(over)} times as large: that of the data has ∇L∇Lᵀ on top (docs/theory.md §3), which is mostly sharp. ` +
    `With batches of 16 and η = 1.2·√16/‖G‖_F, near GD's own threshold or beyond, the constant falls to ${range(constants(large))}. ` +
    `All of this speaks of means, which few trajectories carry: in a typical one ln L grows ${range(typical)} times as fast.`
  );
}

function setting(sizes: Sizes): readonly string[] {
  const { dimension, samples, trajectories, populations, times, single, descent, seeds } = sizes;
  return [
    `Linear models on x ~ N(0, S) at a global minimum, d = ${dimension}, n = ${samples.many}: S isotropic, power law 1/√k, power law 1/k (n = ${samples.few} as well), spiked (4 eigenvalues of 10, the others 1). Start: w_0 ~ N(0, I) in the range of G.`,
    `SGD: η = β√B/‖G‖_F with (β, B) = ${steps.map(({ beta, batchSize }) => `(${beta}, ${batchSize})`).join(", ")}, batches with replacement. D_k for k = ${sharpest.join(", ")} at t = ${times.join(", ")}.`,
    `Means: ${trajectories} trajectories in ${populations} independent populations, within which those of much loss are copied and those of little dropped, at equal expectations; else the mean would soon rest on a handful. Standard errors: jackknife over populations. Typical: ${single.trajectories} independent trajectories, from step ${Math.floor(single.steps / 4)} to ${single.steps}.`,
    `GD: η = ${descentRate}·2/λ₁, ${descent.trajectories} starts.`,
    `${seeds} seeds: each draws data, starts and batches anew. Intervals: 95 % Student over seeds.`,
  ];
}
