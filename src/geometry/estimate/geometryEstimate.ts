import type { LossKind } from "../../models/linearization.ts";
import type { Undefined } from "../undefined.ts";
import type { BlockEstimate } from "./blockMean.ts";
import type { EigenDirections } from "./eigenDirections.ts";
import type { SamplingPlan } from "./sampledPairs.ts";

/** Noise geometry at a point whose K is too large: some numbers exact, the others from pairs of samples. */
export interface GeometryEstimate {
  readonly samples: number;
  readonly outputs: number;
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

/** All pairs of n samples, i = j with them. */
export function pairsOf(samples: number): number {
  return (samples * (samples + 1)) / 2;
}
