import { isDefined, type Undefined } from "../geometry/undefined.ts";
import { type GrowthRate, growthRate, limitFlatOverSharp } from "./growthRate.ts";
import type { SpectralOptions } from "./leadingMatrix.ts";
import { expectedLossOf, lossContributions } from "./lossShares.ts";
import type { ReducedProblem } from "./reducedProblem.ts";
import type { SgdStep } from "./secondMoment.ts";

/** How the loss grows from a minimum that is left, in the long run. docs/theory.md §5, §10. */
export interface EscapeDirections {
  readonly step: SgdStep;
  readonly growth: GrowthRate;
  /** Of the growing loss, what each eigen-direction of G carries, sharpest first: length r, sum 1. */
  readonly shares: Float64Array | Undefined;
  /** D_k(∞) for each k asked for: what the flat directions carry over what the k sharpest do. */
  readonly flatOverSharp: readonly (number | Undefined)[];
}

/** Undefined as `growthRate` is; throws as it does. */
export async function escapeDirections(
  problem: ReducedProblem,
  step: SgdStep,
  counts: readonly number[],
  options: SpectralOptions,
): Promise<EscapeDirections | Undefined> {
  const growth = await growthRate(problem, step, options);
  if (!isDefined(growth)) return growth;
  const { moment } = growth;
  return {
    step,
    growth,
    shares: isDefined(moment) ? expectedLossOf(lossContributions(problem, moment), 0, 1).shares : moment,
    flatOverSharp: counts.map((k) => limitFlatOverSharp(problem, growth, k)),
  };
}
