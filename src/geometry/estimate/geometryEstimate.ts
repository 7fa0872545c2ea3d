import type { LossKind } from "../../models/linearization.ts";
import type { Undefined } from "../undefined.ts";
import type { BlockEstimate } from "./blockMean.ts";
import type { EigenDirections } from "./eigenDirections.ts";
import type { SamplingPlan } from "./sampledPairs.ts";

/**
 * Noise geometry at a point whose K is too large: some numbers exact, the others from pairs of samples, in the units of
 * `NoiseSummary`. docs/theory.md §7.
 */
export interface GeometryEstimate {
  /** n */
  readonly samples: number;
  /** C */
  readonly outputs: number;
  /** p */
  readonly parameters: number;
  readonly lossKind: LossKind;
  /** L, exact. */
  readonly loss: number;
  /** ‖∇L‖², exact. */
  readonly gradientNormSquared: number;
  /** ‖G‖_F */
  readonly gaussNewtonFrobenius: BlockEstimate;
  /** Tr G */
  readonly gaussNewtonTrace: BlockEstimate;
  /** Tr Σ at batch size 1 */
  readonly noiseTrace: BlockEstimate;
  /** μ and μ₁ */
  readonly lossAlignment:
    | { readonly covariance: BlockEstimate; readonly secondMoment: BlockEstimate }
    | Undefined;
  /** As many as were asked for (`top`), or as G has. */
  readonly eigenDirections: Omit<EigenDirections, "images">;
  readonly sampling: Sampling;
}

/** What was drawn for an estimate. */
export interface Sampling extends SamplingPlan {
  /** Different samples whose gradients were formed. */
  readonly samplesUsed: number;
  /** All pairs were taken: nothing is estimated, every standard error is 0. */
  readonly exact: boolean;
}

/** How many pairs n samples make, i = j with them: n(n+1)/2. */
export function pairsOf(samples: number): number {
  return (samples * (samples + 1)) / 2;
}
