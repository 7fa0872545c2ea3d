import type { Check, Conclusion, Row } from "../experiment.ts";
import { distinct, mean, numbers, slope, where } from "../rows.ts";
import { labelNoise, situations } from "../situations.ts";
import { check, worst } from "../verdict.ts";
import { againstSlopeRatio, againstWidth } from "./figures.ts";
import { learningRate, type Sizes, teacherWidth, training } from "./setting.ts";

/** A power of m no lower counts as no fall: a tenth for a factor of ten in width. Noise that ignores G would give −1. */
const leastExponent = -0.05;
/** The theorem leaves its constant open: half the decoupled value is of order one, and 20 seeds resolve it case by case. */
const aligned = 0.5;
/** Relative rounding of a metric and its bound, which may be equal. */
const rounding = 1e-9;

export function conclude(measured: readonly Row[], sizes: Sizes): Conclusion {
  const rows = measured.filter((row) => row.covariance !== null);
  const within = rows.filter((row) => (row.slopeRatio as number) > 0);
  return {
    checks: [
      widthOf(within, "covariance", "the least μ over the four θ"),
      widthOf(within, "aPosteriori", "the least a-posteriori bound over the four θ"),
      worst(alignments(within)),
      neverBelow(within, "inputsBound", "the bound (α/β)⁴·min b/mean b from the inputs alone, α > 0"),
      neverBelow(rows, "aPosteriori", "the a-posteriori bound min a/mean a, any activation"),
    ],
    reading: reading(rows, within),
    setting: setting(sizes, measured.length - rows.length),
    figures: [
      ...distinct<number>(rows, "samples").map((samples) => againstWidth(rows, samples)),
      againstSlopeRatio(rows),
    ],
  };
}

function neverBelow(rows: readonly Row[], bound: string, name: string): Check {
  const limits = numbers(rows, bound);
  return check(
    `no measured μ₁ is below ${name} (share of measurements below it)`,
    numbers(rows, "secondMoment").map((value, k) => (value < limits[k] * (1 - rounding) ? 1 : 0)),
    { atMost: 0 },
  );
}

/**
 * One-sided, because the claim is a lower bound: one value a seed, the exponent of the least over θ against m, mean over
 * n. (μ itself may approach 1 − 1/n from above as m grows: few units make the diagonal of K fluctuate.)
 */
function widthOf(rows: readonly Row[], field: string, name: string): Check {
  const cases = distinct<string>(rows, "activation").map((activation) =>
    check(
      `width: ${name} falls with m no faster than its power ${leastExponent} (mean exponent; worst case: ${activation})`,
      distinct<number>(rows, "seed").map((seed) => exponentOfLeast(where(rows, { activation, seed }), field)),
      { atLeast: leastExponent },
    ),
  );
  return worst(cases);
}

function exponentOfLeast(rows: readonly Row[], field: string): number {
  const exponents = distinct<number>(rows, "samples").map((samples) => {
    const own = where(rows, { samples });
    const widths = distinct<number>(own, "width");
    const least = widths.map((width) => Math.min(...numbers(where(own, { width }), field)));
    return slope(widths.map(Math.log), least.map(Math.log));
  });
  return mean(exponents);
}

/** Every activation, n, m and θ on its own. */
function alignments(rows: readonly Row[]): Check[] {
  return distinct<string>(rows, "activation").flatMap((activation) =>
    distinct<number>(rows, "samples").flatMap((samples) =>
      distinct<number>(rows, "width").flatMap((width) =>
        distinct<string>(rows, "theta").map((theta) => {
          const own = where(rows, { activation, samples, width, theta });
          return check(
            `mean μ/(1 − 1/n) is at least ${aligned}·(α/β)⁴ at every n, m and θ, α > 0 (worst case: ${activation}, n = ${samples}, m = ${width}, ${theta})`,
            correctedAlignments(own),
            { atLeast: aligned * (own[0].slopeRatio as number) ** 4 },
          );
        }),
      ),
    ),
  );
}

/** μ/(1 − 1/n): the centring of Σ takes 1/n away (docs/theory.md §3). */
function correctedAlignments(rows: readonly Row[]): number[] {
  return rows.map((row) => (row.covariance as number) / (1 - 1 / (row.samples as number)));
}

function reading(rows: readonly Row[], within: readonly Row[]): string {
  const widths = distinct<number>(rows, "width");
  const [narrow, wide] = [Math.min(...widths), Math.max(...widths)];
  const atWidths = (theta: string) =>
    [narrow, wide].map((width) => mean(correctedAlignments(where(within, { theta, width }))).toFixed(2));
  const [initial, trained] = [atWidths(situations[0].theta), atWidths(situations[2].theta)];
  const ratios = numbers(within, "slopeRatio");
  const [most, least] = [Math.max(...ratios), Math.min(...ratios)].map((slopeRatio) => ({
    slopeRatio,
    rows: where(within, { slopeRatio }),
  }));
  const bound = (own: readonly Row[]) => mean(numbers(own, "inputsBound")).toPrecision(2);
  const outside = distinct<string>(where(rows, { slopeRatio: 0 }), "activation").map(
    (activation) => `${activation} ${lowestMean(where(rows, { activation }))}`,
  );
  return (
    `Between m = ${narrow} and ${wide} the mean μ/(1 − 1/n) went from ${initial[0]} to ${initial[1]} at the initialisation and from ${trained[0]} to ${trained[1]} after SGD. ` +
    `The bound from the inputs falls as (α/β)⁴, from a mean of ${bound(most.rows)} at α/β = ${most.slopeRatio} to ${bound(least.rows)} at ${least.slopeRatio}; the lowest mean μ/(1 − 1/n) over n, m and θ went from ${lowestMean(most.rows)} to ${lowestMean(least.rows)}. ` +
    `Outside the theorem, α ≤ 0, where no bound stands behind them, those lowest means were: ${outside.join(", ")}.`
  );
}

/** The lowest mean μ/(1 − 1/n) over n, m and θ. */
function lowestMean(rows: readonly Row[]): string {
  return Math.min(...alignments(rows).map(({ estimate }) => estimate.mean)).toFixed(2);
}

function setting(sizes: Sizes, dead: number): readonly string[] {
  const { seeds, dimension: d, samples, widths } = sizes;
  return [
    `Model: f(x;θ) = Σ_j a_j σ(b_jᵀx), a_j = ±1/√m fixed, θ = (b_j), d = ${d}, m = ${widths.join(", ")}, so p = ${widths[0] * d} to ${(widths.at(-1) as number) * d}. Data: x ~ N(0, I), n = ${samples.join(" and ")}.`,
    `σ: leaky ReLU and smooth leaky α·z + (1 − α)·softplus(z), slopes in [α, 1]; outside the theorem ReLU, softplus, tanh, GELU. Targets: a network of width ${teacherWidth} with the same σ, plus noise of standard deviation ${labelNoise} where named.`,
    `θ: initialisation b_jk ~ N(0, 1/d); random, ten times as far out; after SGD from the initialisation (batch ${training.batchSize}, with replacement, learning rate ${learningRate}/Tr G) until the loss is ${100 * training.lossShare} % of its start, at most ${training.maxSteps} steps.${dead > 0 ? ` Left out: ${dead} networks without an active unit, where G = 0 and μ is undefined.` : ""}`,
    `${seeds} seeds for each σ: each draws inputs and targets, shared by all widths, and θ. Intervals: 95 % Student over seeds.`,
  ];
}
