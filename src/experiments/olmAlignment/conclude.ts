import type { Check, Conclusion, Row } from "../experiment.ts";
import { distinct, groups, mean, numbers, slope, where } from "../rows.ts";
import { check, worst } from "../verdict.ts";
import { familiesOfOneMetric } from "./families.ts";
import { figures } from "./figures.ts";
import { labelNoise, type Sizes, training } from "./setting.ts";

/**
 * The change over a family's whole range of p: 0.05 a decade over two decades. Many samples: what n = 32 d leaves
 * of the mean over seeds. Few samples: as for the linear model, with n ≪ d_eff read as n ≤ d_eff/4. The bound: the ε
 * of μ ≥ 1 − ε.
 */
const margins = { change: 0.1, manySamples: 0.05, fewSamples: 0.15, fewFraction: 1 / 4, lowerBound: 0.25 };

export function conclude(rows: readonly Row[], size: Sizes): Conclusion {
  const lowest = Math.min(...byMember(rows).map(({ rows: own }) => mean(own.map(overLimit))));
  const moved = mostMoved(where(rows, { regime: "many samples" }));
  return {
    checks: [flat(rows), flatByItself(rows), manySamples(rows), fewSamples(rows), lowerBound(rows)],
    reading:
      `Over ${distinct(rows, "family").length} families, three kinds of θ and p from ${Math.min(...numbers(rows, "parameters"))} to ${Math.max(...numbers(rows, "parameters"))}, the smallest mean of μ/(1 − 1/n) was ${lowest.toFixed(3)}. ` +
      "p acts through the d×d metric DF DFᵀ alone. Where its spectrum changes with p, so does μ with many samples, as its closed form says: " +
      `most for ${moved.family}, by ${moved.change.toFixed(3)} over its range. The claim is the lower bound; it is not that μ is one number.`,
    setting: setting(size),
    figures: figures(rows, size),
  };
}

/** With few samples the theory's value, 1 − 1/n, is the same at every p; with many it follows DF DFᵀ. */
function flat(rows: readonly Row[]): Check {
  return worst(
    groups(rows, ["regime", "family"]).map(({ name, rows: own }) =>
      check(
        `flat in p: μ over the theory's value (1 − 1/n for few samples, the closed form of DF DFᵀ for many) changes by less than ${margins.change} over the whole range of p (worst case: ${name})`,
        changes(own, overTheory),
        { atLeast: -margins.change, atMost: margins.change },
      ),
    ),
  );
}

function flatByItself(rows: readonly Row[]): Check {
  const own = rows.filter(({ family }) => familiesOfOneMetric.includes(family as string));
  return worst(
    groups(own, ["regime", "family"]).map(({ name, rows: cell }) =>
      check(
        `flat in p by itself: where DF DFᵀ has one law at every p, μ changes by less than ${margins.change} over the whole range of p (worst case: ${name})`,
        changes(cell, (row) => row.covariance as number),
        { atLeast: -margins.change, atMost: margins.change },
      ),
    ),
  );
}

function manySamples(rows: readonly Row[]): Check {
  const own = where(rows, { regime: "many samples" });
  return worst(
    groups(own, ["family", "parameters", "trained"]).map(({ name, rows: cell }) =>
      check(
        `many samples, n = ${own[0].samples}: mean μ lies within ${100 * margins.manySamples} % of the closed form 1 + ∇LᵀG∇L/(2L‖G‖_F²) (worst case: ${name})`,
        perSeed(cell, overTheory),
        { atLeast: 1 - margins.manySamples, atMost: 1 + margins.manySamples },
      ),
    ),
  );
}

/** Only θ that do not depend on the data: after training on few samples r leans on the small eigenvalues of K. */
function fewSamples(rows: readonly Row[]): Check {
  const own = where(rows, { regime: "few samples", trained: false });
  const statement = (name: string) =>
    `few samples, n = ${own[0].samples} ≤ d_eff/4: mean μ/(1 − 1/n) lies within ${100 * margins.fewSamples} % of 1 at θ that do not depend on the data (worst case: ${name})`;
  const bounds = { atLeast: 1 - margins.fewSamples, atMost: 1 + margins.fewSamples };
  const few = groups(own, ["family", "parameters"]).filter(
    ({ rows: cell }) =>
      (cell[0].samples as number) <= margins.fewFraction * mean(numbers(cell, "effectiveDimension")),
  );
  if (few.length === 0) return check(statement("none has so large a d_eff"), [], bounds);
  return worst(few.map(({ name, rows: cell }) => check(statement(name), perSeed(cell, overTheory), bounds)));
}

function lowerBound(rows: readonly Row[]): Check {
  return worst(
    byMember(rows).map(({ name, rows: cell }) =>
      check(
        `lower bound: mean μ/(1 − 1/n) is at least ${1 - margins.lowerBound} for every family, p and n, before and after training (worst case: ${name})`,
        perSeed(cell, overLimit),
        { atLeast: 1 - margins.lowerBound },
      ),
    ),
  );
}

function byMember(rows: readonly Row[]) {
  return groups(rows, ["regime", "family", "parameters", "trained"]);
}

/** μ/(1 − 1/n) */
function overLimit(row: Row): number {
  return (row.covariance as number) / fewSampleLimit(row);
}

function fewSampleLimit(row: Row): number {
  return 1 - 1 / (row.samples as number);
}

/** μ over what theory says of it in this regime. */
function overTheory(row: Row): number {
  return row.regime === "few samples"
    ? overLimit(row)
    : (row.covariance as number) / (row.population as number);
}

/** One value a seed: its mean over the situations, which share the inputs. */
function perSeed(rows: readonly Row[], value: (row: Row) => number): number[] {
  return groups(rows, ["seed"]).map(({ rows: own }) => mean(own.map(value)));
}

/** The change over the range of p that a line against log₁₀ p makes, one a seed; the situations have the same p. */
function changes(rows: readonly Row[], value: (row: Row) => number): number[] {
  return groups(rows, ["seed"]).map(({ rows: own }) => {
    const decades = own.map(({ parameters }) => Math.log10(parameters as number));
    return slope(decades, own.map(value)) * (Math.max(...decades) - Math.min(...decades));
  });
}

/** The family whose own μ moves most over its range of p. */
function mostMoved(rows: readonly Row[]): { readonly family: string; readonly change: number } {
  const all = groups(rows, ["family"]).map(({ name, rows: own }) => ({
    family: name,
    change: mean(changes(own, (row) => row.covariance as number)),
  }));
  return all.reduce((found, next) => (Math.abs(next.change) > Math.abs(found.change) ? next : found));
}

function setting(size: Sizes): readonly string[] {
  return [
    "Families, f(x;θ) = F(θ)ᵀx: diagonal networks Σ_m u_m^D − v_m^D of D = 2 and 3 with more and more branches; two-layer and 4-layer linear networks of growing width; linear convolutional networks of growing kernel and depth; random reparameterisations F = Mθ with κ(MMᵀ) = 1 and 100.",
    `Few samples: n = ${size.fewSamples} with x ~ N(0, I), d = ${size.dimension}, each seed averaging ${size.fewRepeats} data sets. Many samples: n = ${size.manySamples} with x ~ N(0, S), S the power law 1/k. One data set for all p.`,
    `Targets: θ*ᵀx with θ* ~ N(0, I/d), plus noise of standard deviation ${labelNoise} where named.`,
    `θ: each family's initialisation; the same three times as far out; after SGD from the initialisation (batch ${training.batchSize}, with replacement, learning rate 1/(2·max(Tr G, 2·Tr S)) for the population G there) until the loss is ${100 * training.lossShare} % of its start, at most ${training.maxSteps} steps.`,
    `${size.seeds} seeds: each draws data, targets, θ and M anew. Intervals: 95 % Student over seeds.`,
  ];
}
