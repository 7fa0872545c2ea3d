import type { Check, Conclusion, Row } from "../experiment.ts";
import { distinct, mean, numbers, slope, where } from "../rows.ts";
import { labelNoise, situations } from "../situations.ts";
import { type Bounds, check } from "../verdict.ts";
import { againstSamples, byTheta, withoutDecoupling } from "./figures.ts";
import { byLargest, bySamples, bySituation, range, worstOf } from "./groups.ts";
import { leak, learningRate, type Sizes, training } from "./setting.ts";

/** Few samples: n ≤ d_eff/16, so that what K ≈ Tr(S)·I leaves out of the squared distance is about 1/16 of it. */
const fewFraction = 1 / 16;
/** Many samples: n ≥ 8·d_eff, where the few-sample part is down to about 1/8 of the squared distance. */
const manyMultiple = 8;
/** Relative error of a mean that still counts as agreement with a closed form. */
const agreement = 0.1;
/** A remainder of a tenth of ‖2L·G‖_F counts as gone. */
const gone = 0.1;
/** The exponent −1/2, with room for the two ends of a finite range of n. */
const rate = { atLeast: -0.6, atMost: -0.4 };
/** μ₁ = 1 to O(n/d_eff): as in the linear-alignment experiment. */
const alignmentMargin = 0.15;
/** A distance of half of ‖2L·G‖_F is no decoupling by any standard. */
const apart = 0.5;

export function conclude(rows: readonly Row[], sizes: Sizes): Conclusion {
  return {
    checks: [
      limitReached(rows),
      remainderGone(rows),
      remainderRate(rows),
      residualsAlone(rows),
      alignedWithFew(rows),
      apartWithFew(rows),
      networkDecreases(rows),
    ],
    reading: reading(rows),
    setting: setting(sizes),
    figures: [againstSamples(rows), byTheta(rows), withoutDecoupling(rows)],
  };
}

/** Rows of a Gaussian model, which has a closed form. */
const gaussian = (row: Row) => typeof row.limit === "number";
const isFew = (row: Row) =>
  gaussian(row) && (row.samples as number) <= fewFraction * (row.effectiveDimension as number);
const isMany = (row: Row) =>
  gaussian(row) && (row.samples as number) >= manyMultiple * (row.effectiveDimension as number);

function limitReached(rows: readonly Row[]): Check {
  const independent = rows.filter((row) => !situations.some((s) => s.trained && s.theta === row.theta));
  return worstOf(byLargest(independent.filter(isMany)), (own, name) => {
    const limits = numbers(own, "limit");
    // paired by seed, so that seeds with a small limit do not rule the mean
    const typical = mean(limits);
    return check(
      `many samples: at the largest n, with θ independent of the inputs, the mean distance over the mean of ‖∇L‖²/(2L‖G‖_F) lies within ${100 * agreement} % of 1 (worst case: ${name})`,
      numbers(own, "distance").map((value, k) => 1 + (value - limits[k]) / typical),
      around(1, agreement),
    );
  });
}

function remainderGone(rows: readonly Row[]): Check {
  return worstOf(byLargest(rows.filter(isMany)), (own, name) =>
    check(
      `many samples: at the largest n, ‖Σ − 2L·G − ∇L∇Lᵀ‖_F is at most ${gone} of ‖2L·G‖_F in the mean (worst case: ${name})`,
      numbers(own, "remainder"),
      { atMost: gone },
    ),
  );
}

function remainderRate(rows: readonly Row[]): Check {
  return worstOf(bySituation(rows.filter(isMany)), (own, name) =>
    check(
      `rate: for n ≥ ${manyMultiple}·d_eff, ‖Σ − 2L·G − ∇L∇Lᵀ‖_F falls as n^(−1/2): mean exponent of each seed's fit in [${rate.atLeast}, ${rate.atMost}] (worst case: ${name})`,
      distinct<number>(own, "seed").map((seed) => {
        const ofSeed = where(own, { seed });
        return slope(numbers(ofSeed, "samples").map(Math.log), numbers(ofSeed, "remainder").map(Math.log));
      }),
      rate,
    ),
  );
}

function residualsAlone(rows: readonly Row[]): Check {
  return worstOf(bySamples(rows.filter(isFew)), (own, name) =>
    check(
      `few samples, n ≤ d_eff/${1 / fewFraction}: the mean of the distance over what the residuals alone leave, √((1 − 2/n)(mean r⁴/(mean r²)² − 1) + 1/n), lies within ${100 * agreement} % of 1 (worst case: ${name})`,
      own.map((row) => (row.distance as number) / (row.residualsOnly as number)),
      around(1, agreement),
    ),
  );
}

function alignedWithFew(rows: readonly Row[]): Check {
  return worstOf(bySamples(rows.filter(isFew)), (own, name) =>
    check(
      `few samples, n ≤ d_eff/${1 / fewFraction}: mean μ/(1 − 1/n) lies within ${100 * alignmentMargin} % of 1 (worst case: ${name})`,
      own.map(correctedAlignment),
      around(1, alignmentMargin),
    ),
  );
}

function apartWithFew(rows: readonly Row[]): Check {
  return worstOf(bySamples(rows.filter(isFew)), (own, name) =>
    check(
      `few samples, n ≤ d_eff/${1 / fewFraction}: at the same points the noise has not decoupled, mean ‖Σ − 2L·G‖_F ≥ ${apart}·‖2L·G‖_F (worst case: ${name})`,
      numbers(own, "distance"),
      { atLeast: apart },
    ),
  );
}

/** No closed form, so no more than the direction. */
function networkDecreases(rows: readonly Row[]): Check {
  const network = rows.filter((row) => !gaussian(row));
  const [least, most] = range(network);
  return worstOf(bySituation(network), (own, name) =>
    check(
      `two-layer network: the distance falls from n = ${least} to n = ${most} (mean log₁₀ of the ratio; worst case: ${name})`,
      distinct<number>(own, "seed").map((seed) => {
        const [first, last] = [least, most].map((samples) =>
          numbers(where(own, { seed, samples }), "distance"),
        );
        return Math.log10(last[0] / first[0]);
      }),
      { atMost: 0 },
    ),
  );
}

function reading(rows: readonly Row[]): string {
  const few = rows.filter((row) => isFew(row) && row.theta === situations[0].theta);
  const network = rows.filter((row) => !gaussian(row));
  const [, most] = range(network);
  const settled = situations.map(({ theta }) => {
    const own = where(network, { theta, samples: most });
    return `${meanOf(own, "distance")} (${theta}; ‖∇L‖² alone ${meanOf(own, "gradientShare")})`;
  });
  return (
    `With n ≤ d_eff/${1 / fewFraction} the mean μ/(1 − 1/n) was ${mean(few.map(correctedAlignment)).toFixed(2)} while Σ lay ${meanOf(few, "distance")}·‖2L·G‖_F away from 2L·G: alignment, an average over all directions, needs no decoupling. ` +
    `With many samples the largest mean remainder besides ∇L∇Lᵀ in a Gaussian model was ${remainderGone(rows).estimate.mean.toFixed(2)}. The two-layer network has no such limit: at n = ${most} its distance was ${settled.join(", ")}. Where it exceeds ‖∇L‖², residuals depend on the gradients.`
  );
}

function setting(sizes: Sizes): readonly string[] {
  const { seeds, dimension: d, wide, network } = sizes;
  return [
    `Gaussian models, x ~ N(0, S): linear with d = p = ${d} (S isotropic, power law 1/k, spiked with 2 eigenvalues of 5 and the others 1) and d = ${wide.dimension} (isotropic, n ≤ ${wide.samples.at(-1)}); deep linear ${d}-${2 * d}-${2 * d}-1 (power law 1/√k). Targets: F*ᵀx with F* ~ N(0, I/d).`,
    `Two-layer network: d = ${network.dimension}, width ${network.width}, leaky ReLU with slope ${leak}, x ~ N(0, I), second layer fixed. Targets: another such network.`,
    `θ: the standard initialisation; random, ten times as far out; after SGD (batch ${training.batchSize}, with replacement, learning rate ${learningRate}/Tr G) until the loss is ${100 * training.lossShare} % of its start, at most ${training.maxSteps} steps; the same on targets with noise of standard deviation ${labelNoise}.`,
    `d_eff = Tr(G)²/‖G‖_F² in the limit n → ∞ at the same θ. All distances are in units of ‖2L·G‖_F.`,
    `${seeds} seeds: each draws inputs, targets and θ anew at every n. Intervals: 95 % Student over seeds.`,
  ];
}

/** μ/(1 − 1/n): the centring of Σ takes 1/n away (docs/theory.md §3). */
function correctedAlignment(row: Row): number {
  return (row.alignment as number) / (1 - 1 / (row.samples as number));
}

function around(centre: number, margin: number): Bounds {
  return { atLeast: centre - margin, atMost: centre + margin };
}

function meanOf(rows: readonly Row[], field: string): string {
  return mean(numbers(rows, field)).toFixed(2);
}
