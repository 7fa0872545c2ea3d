import { squaredNorm } from "./perSample.ts";
import type { ResidualPoint } from "./point.ts";
import { type Undefined, zeroLoss } from "./undefined.ts";

/** 2nL = Σ 2ℓ_i in units of residualScale²: ‖r‖² for the square loss. */
export function doubledLosses({ residuals, sampleLosses, residualScale }: ResidualPoint): number {
  if (sampleLosses === undefined) return squaredNorm(residuals);
  let sum = 0;
  for (let i = 0; i < sampleLosses.length; i++) sum += sampleLosses[i];
  return (2 * (sum / residualScale)) / residualScale;
}

/** 2ℓ_i in the same units. */
export function doubledLoss(point: ResidualPoint, sample: number): number {
  const { residuals, outputs, sampleLosses, residualScale } = point;
  if (sampleLosses === undefined)
    return squaredNorm(residuals.subarray(sample * outputs, (sample + 1) * outputs));
  return (2 * (sampleLosses[sample] / residualScale)) / residualScale;
}

/** Why there is no alignment where `doubledLosses` is 0. */
export function noLoss({ lossKind }: Pick<ResidualPoint, "lossKind">): Undefined {
  return lossKind === "mse"
    ? zeroLoss
    : { undefined: "the loss is zero: every sample has its target with probability 1" };
}
