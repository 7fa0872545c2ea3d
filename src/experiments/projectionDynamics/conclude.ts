import type { BatchDraw } from "../../dynamics/batchNoise.ts";
import { drawName, drawsOf } from "../batchDraws.ts";
import type { Check, Conclusion, Row } from "../experiment.ts";
import { problemSetting } from "../oneStepProblems.ts";
import { groups, mean, numbers, slope, where } from "../rows.ts";
import { check, worst } from "../verdict.ts";
import { figures } from "./figures.ts";
import { directions, drawOfDirections, rate, type Sizes } from "./setting.ts";

/**
 * A batch's squared displacement has a standard deviation of about its mean, more for single samples: 400 batches and 20
 * seeds leave 2 % of one mean and less than 1 % of a mean over all draws, hence `each` and `pooled`. Student intervals of so
 * skewed values hold their 95 % only nearly: `coverage`. With no more samples than parameters nothing bounds g of a few
 * directions, and it lies between 0.3 and 3 (docs/experiments.md, directional-alignment): `factor`. The curvature meanwhile
 * spans up to five decades: `slope`, of which isotropic noise has 0.
 */
const margins = {
  pooled: 0.03,
  each: 0.15,
  coverage: 0.9,
  rounding: 1e-10,
  factor: 3,
  slope: 0.15,
  flat: 0.5,
};

export function conclude(rows: readonly Row[], size: Sizes): Conclusion {
  const single = where(rows, { subspace: "direction" });
  const several = rows.filter(({ subspace }) => subspace !== "direction");
  return {
    checks: [
      pooled(rows),
      each(several),
      covered(rows),
      identity(rows),
      decoupled(several),
      alongSpectrum(single),
      flatterIsLess(several),
    ],
    reading: reading(several, single),
    setting: setting(size),
    figures: figures(several, single, size),
  };
}

function pooled(rows: readonly Row[]): Check {
  return worst(
    groups(rows, ["model"]).map(({ name, rows: own }) =>
      check(
        `the measured squared displacement over η²c·Tr(PΣ), averaged over θ, subspaces and draws of batches, lies within ${100 * margins.pooled} % of 1 (worst case: ${name})`,
        eachSeed(own, (row) => (row.measured as number) / (row.exact as number)),
        { atLeast: 1 - margins.pooled, atMost: 1 + margins.pooled },
      ),
    ),
  );
}

function each(several: readonly Row[]): Check {
  return worst(
    groups(several, ["model", "theta", "subspace", "batchSize", "replacement"]).map(({ rows: own }) =>
      check(
        `in every subspace, at every θ, B and kind of draw, it lies within ${100 * margins.each} % of 1 (worst case: ${cellName(own[0])})`,
        own.map((row) => (row.measured as number) / (row.exact as number)),
        { atLeast: 1 - margins.each, atMost: 1 + margins.each },
      ),
    ),
  );
}

/** Whether the intervals over batches are worth their name. */
function covered(rows: readonly Row[]): Check {
  return check(
    `the 95 % interval over batches holds η²c·Tr(PΣ) in at least ${100 * margins.coverage} % of the measurements (share)`,
    eachSeed(rows, ({ low, high, exact }) =>
      (low as number) <= (exact as number) && (exact as number) <= (high as number) ? 1 : 0,
    ),
    { atLeast: margins.coverage },
  );
}

/** A statement about the formula. */
function identity(rows: readonly Row[]): Check {
  return check(
    `the alignment's prediction η²c·2L·g(θ;P)·Tr(PG) is η²c·Tr(PΣ), to ${margins.rounding} (largest relative difference of a seed)`,
    groups(rows, ["seed"]).map(({ rows: own }) =>
      Math.max(...own.map((row) => Math.abs((row.aligned as number) / (row.exact as number) - 1))),
    ),
    { atMost: margins.rounding },
  );
}

function decoupled(several: readonly Row[]): Check {
  return worst(
    groups(several, ["model", "theta", "subspace"]).map(({ name, rows: own }) =>
      check(
        `the measured displacement is what noise Σ = 2L·G makes, η²c·2L·Tr(PG), within a factor of ${margins.factor} in the sharpest, the flattest and random directions (worst case: ${name})`,
        eachSeed(own, overDecoupled),
        { atLeast: 1 / margins.factor, atMost: margins.factor },
      ),
    ),
  );
}

function alongSpectrum(single: readonly Row[]): Check {
  return worst(
    groups(single, ["model", "theta"]).map(({ name, rows: own }) =>
      check(
        `along single eigen-directions the displacement grows in proportion to λ: the slope of its logarithm against log λ lies within ${margins.slope} of 1 (worst case: ${name})`,
        groups(own, ["seed"]).map(({ rows: seed }) =>
          slope(numbers(seed, "sharpness").map(Math.log), numbers(seed, "measured").map(Math.log)),
        ),
        { atLeast: 1 - margins.slope, atMost: 1 + margins.slope },
      ),
    ),
  );
}

function flatterIsLess(several: readonly Row[]): Check {
  const inUnits = (rows: readonly Row[], subspace: string) =>
    where(rows, { subspace }).reduce(
      (sum, row) => sum + (row.measured as number) / (row.isotropic as number),
      0,
    );
  return worst(
    groups(several, ["model", "theta"]).map(({ name, rows: own }) =>
      check(
        `in the flattest directions of G the displacement is at most ${margins.flat} of that in the sharpest, where isotropic noise makes them equal (worst case: ${name})`,
        groups(own, ["seed"]).map(({ rows: seed }) => inUnits(seed, "bottom") / inUnits(seed, "top")),
        { atMost: margins.flat },
      ),
    ),
  );
}

function overDecoupled(row: Row): number {
  return (row.measured as number) / (row.decoupled as number);
}

/** One value a seed: its mean over rows, which share data and θ. */
function eachSeed(rows: readonly Row[], value: (row: Row) => number): number[] {
  return groups(rows, ["seed"]).map(({ rows: own }) => mean(own.map(value)));
}

function cellName({ model, theta, subspace, batchSize, replacement }: Row): string {
  return `${model}, ${theta}, ${subspace}, ${drawName({ batchSize, replacement } as BatchDraw)}`;
}

function reading(several: readonly Row[], single: readonly Row[]): string {
  const ranges = ["top", "bottom", "random"].map((subspace) => {
    const means = groups(where(several, { subspace }), ["model", "theta"]).map(({ rows }) =>
      mean(rows.map(overDecoupled)),
    );
    return `${Math.min(...means).toFixed(2)} to ${Math.max(...means).toFixed(2)} (${subspace})`;
  });
  const decades = groups(single, ["model"]).map(
    ({ name, rows }) =>
      `${mean(groups(rows, ["seed", "theta"]).map(({ rows: own }) => -Math.log10(Math.min(...numbers(own, "sharpness"))))).toFixed(1)} (${name})`,
  );
  return (
    `Over models and θ the displacement was ${ranges.join(", ")} times what noise Σ = 2L·G makes. ` +
    `Between the sharpest and the flattest eigen-direction the curvature falls by ${decades.join(", ")} powers of ten on average, and the noise with it. ` +
    "That a measured mean meets η²c·Tr(PΣ) is no finding about networks: the displacement is linear in the batch's gradient, so that it holds at any η. What the models decide is how near it is to 2L·Tr(PG)."
  );
}

function setting(size: Sizes): readonly string[] {
  const draws = drawsOf(size.batchSizes).map(drawName).join("; ");
  return [
    ...problemSetting(size),
    `Subspaces: the ${size.subspace} sharpest eigen-directions of G, the ${size.subspace} flattest whose eigenvalue is not 0, ${size.subspace} random dimensions; and ${directions} single eigen-directions, evenly over the rank.`,
    `One step from θ with ηλ₁(G) = ${rate}, ${size.batches} batches: ${draws} (single directions: ${drawName(drawOfDirections(size))}). Measured: mean of ‖P(ηg_B − η∇L)‖².`,
    `${size.seeds} seeds: each draws data, model, θ and batches anew. Intervals: 95 % Student, over seeds in the checks and figures.`,
  ];
}
