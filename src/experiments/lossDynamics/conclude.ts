import type { BatchDraw } from "../../dynamics/batchNoise.ts";
import { drawName } from "../batchDraws.ts";
import type { Check, Conclusion, Row } from "../experiment.ts";
import { linearName, problemSetting } from "../oneStepProblems.ts";
import { groups, mean, numbers, where } from "../rows.ts";
import { check, worst } from "../verdict.ts";
import { figures } from "./figures.ts";
import { drawOfRates, rates, type Sizes, smallRate } from "./setting.ts";

/**
 * One batch's increase has a standard deviation of about its mean, more for single samples: 100 batches and 20 seeds leave
 * 3 % of one mean and 1 % of a mean over all draws, hence `each` and `pooled`. Student intervals of so skewed values hold
 * their 95 % only nearly: `coverage`. `curvature` is what H − G may make of Tr(GΣ) at 5 % of the loss. "About" as Σ = 2L·G
 * says is a factor of two, which noise of no direction must miss: `isotropic`.
 */
const margins = {
  pooled: 0.05,
  each: 0.25,
  coverage: 0.9,
  rounding: 1e-10,
  curvature: 0.05,
  factor: 2,
  isotropic: 0.7,
};

export function conclude(rows: readonly Row[], size: Sizes): Conclusion {
  const quadratic = where(rows, { model: linearName });
  const small = where(rows, { rate: smallRate });
  const curved = small.filter(({ model }) => model !== linearName);
  const exact = [...quadratic, ...curved];
  return {
    checks: [
      ...isExact(quadratic, `where the loss is quadratic, at ηλ₁ from ${smallRate} to ${rates.at(-1)}`),
      ...isExact(curved, `where it is not, at ηλ₁ = ${smallRate}`),
      covered(exact, ["low", "high"], "its first-order term taken out"),
      covered(exact, ["plainLow", "plainHigh"], "nothing taken out"),
      identity(quadratic),
      atLowLoss(where(curved, { theta: "after SGD" })),
      decoupled(small),
      isotropic(small),
    ],
    reading: reading(rows),
    setting: setting(size),
    figures: figures(rows, size),
  };
}

function isExact(rows: readonly Row[], where: string): readonly Check[] {
  const within = (share: number) => ({ atLeast: 1 - share, atMost: 1 + share });
  return [
    worst(
      groups(rows, ["model"]).map(({ name, rows: own }) =>
        check(
          `${where}: the measured increase over (η²c/2)·Tr(HΣ), averaged over θ, η and draws of batches, lies within ${100 * margins.pooled} % of 1 (worst case: ${name})`,
          eachSeed(own, overExact),
          within(margins.pooled),
        ),
      ),
    ),
    worst(
      groups(rows, ["model", "theta", "rate", "batchSize", "replacement"]).map(({ rows: own }) =>
        check(
          `${where}: at every θ, η, B and kind of draw it lies within ${100 * margins.each} % of 1 (worst case: ${cellName(own[0])})`,
          own.map(overExact),
          within(margins.each),
        ),
      ),
    ),
  ];
}

/** Whether the intervals over batches are worth their name. */
function covered(rows: readonly Row[], [low, high]: readonly [string, string], kind: string): Check {
  return check(
    `the 95 % interval over batches of the increase, ${kind}, holds (η²c/2)·Tr(HΣ) in at least ${100 * margins.coverage} % of the measurements (share)`,
    eachSeed(rows, (row) =>
      (row[low] as number) <= (row.exact as number) && (row.exact as number) <= (row[high] as number) ? 1 : 0,
    ),
    { atLeast: margins.coverage },
  );
}

/** A statement about the formula: H = G. */
function identity(quadratic: readonly Row[]): Check {
  return check(
    `where the loss is quadratic the alignment's prediction η²c·μ·L‖G‖_F² is (η²c/2)·Tr(HΣ), to ${margins.rounding} (largest relative difference of a seed)`,
    groups(quadratic, ["seed"]).map(({ rows }) =>
      Math.max(...rows.map((row) => Math.abs((row.aligned as number) / (row.exact as number) - 1))),
    ),
    { atMost: margins.rounding },
  );
}

function atLowLoss(trained: readonly Row[]): Check {
  return worst(
    groups(trained, ["model"]).map(({ name, rows }) =>
      check(
        `after SGD G stands for H: Tr(HΣ) lies within ${100 * margins.curvature} % of the Tr(GΣ) that the alignment's prediction η²c·μ·L‖G‖_F² has (worst case: ${name})`,
        eachSeed(rows, (row) => (row.exact as number) / (row.aligned as number)),
        { atLeast: 1 - margins.curvature, atMost: 1 + margins.curvature },
      ),
    ),
  );
}

function decoupled(small: readonly Row[]): Check {
  return worst(
    groups(small, ["model", "theta"]).map(({ name, rows }) =>
      check(
        `the measured increase is what noise Σ = 2L·G makes, η²c·L‖G‖_F², within a factor of ${margins.factor} (worst case: ${name})`,
        eachSeed(rows, (row) => (row.measured as number) / (row.decoupled as number)),
        { atLeast: 1 / margins.factor, atMost: margins.factor },
      ),
    ),
  );
}

function isotropic(small: readonly Row[]): Check {
  return worst(
    groups(small, ["model", "theta"]).map(({ name, rows }) =>
      check(
        `isotropic noise of the same trace would make at most ${margins.isotropic} of the measured increase (worst case: ${name})`,
        groups(rows, ["seed"]).map(({ rows: own }) => total(own, "isotropic") / total(own, "measured")),
        { atMost: margins.isotropic },
      ),
    ),
  );
}

function overExact(row: Row): number {
  return (row.measured as number) / (row.exact as number);
}

/** Sum over draws in units of their exact values, so that each draw counts alike. */
function total(rows: readonly Row[], field: string): number {
  return rows.reduce((sum, row) => sum + (row[field] as number) / (row.exact as number), 0);
}

/** One value a seed: its mean over rows, which share data and θ. */
function eachSeed(rows: readonly Row[], value: (row: Row) => number): number[] {
  return groups(rows, ["seed"]).map(({ rows: own }) => mean(own.map(value)));
}

function cellName({ model, theta, rate, batchSize, replacement }: Row): string {
  return `${model}, ${theta}, ηλ₁ = ${rate}, ${drawName({ batchSize, replacement } as BatchDraw)}`;
}

function reading(rows: readonly Row[]): string {
  const largest = Math.max(...rates);
  const curved = rows.filter(({ model }) => model !== linearName);
  const far = groups(where(curved, { rate: largest, theta: "initialisation" }), ["model"]).map(
    ({ name, rows: own }) => `${mean(own.map(overExact)).toFixed(2)} (${name})`,
  );
  const shares = groups(where(rows, { rate: smallRate }), ["model"]).map(
    ({ name, rows: own }) =>
      `${Number((100 * mean(own.map((row) => (row.isotropic as number) / (row.exact as number)))).toPrecision(2))} % (${name})`,
  );
  const wider = (rate: number) => {
    const own = where(rows, { rate });
    const width = (low: string, high: string) =>
      numbers(own, high).map((end, k) => end - numbers(own, low)[k]);
    const centred = width("low", "high");
    return Number(mean(width("plainLow", "plainHigh").map((all, k) => all / centred[k])).toPrecision(2));
  };
  const apart = groups(where(curved, { rate: smallRate, theta: "initialisation" }), ["model"]).map(
    ({ name, rows: own }) =>
      `${mean(own.map((row) => (row.exact as number) / (row.aligned as number))).toFixed(3)} (${name})`,
  );
  return (
    `Isotropic noise of the same trace would raise the loss by ${shares.join(", ")} of what the noise does. ` +
    `Where the loss is not quadratic the second order ends with η: at ηλ₁ = ${largest} and the initialisation the measured increase over (η²c/2)·Tr(HΣ) was ${far.join(", ")}. ` +
    `Tr(HΣ)/Tr(GΣ), by which the alignment's prediction is off there, was ${apart.join(", ")}. ` +
    `Without its first-order term, whose mean is known to be 0, the increase is seen far better: with it the interval is ${wider(smallRate)} times as wide at ηλ₁ = ${smallRate}, ${wider(largest)} times at ${largest}.`
  );
}

function setting(size: Sizes): readonly string[] {
  const { batchSizes, batches, seeds } = size;
  return [
    ...problemSetting(size),
    `One step from θ with learning rate η in units of 1/λ₁(G): ${rates.join(", ")} with ${drawName(drawOfRates(size))}; at ${smallRate} also B = ${batchSizes.join(", ")}, with and without replacement.`,
    `Measured: mean over ${batches} batches (four times as many of single samples) of L(θ − ηg_B) − L(θ − η∇L) + η∇L(θ − η∇L)ᵀ(g_B − ∇L), whose last term has mean 0. Tr(HΣ) exactly, from one Hessian product a sample.`,
    `${seeds} seeds: each draws data, model, θ and batches anew. Intervals: 95 % Student, over seeds in the checks and figures.`,
  ];
}
