import { squareLossOnly, type Undefined } from "../geometry/undefined.ts";
import { column } from "../linalg/matrix.ts";
import type { LossKind } from "../models/linearization.ts";
import { type TargetLosses, targetLosses } from "../models/targetLosses.ts";
import type { ReducedProblem } from "./reducedProblem.ts";

/** What says whether a point is near a minimum that fits every sample. */
export interface Interpolation {
  /** What the targets alone say of the scale of the loss, where they are known. */
  readonly targetLosses: TargetLosses | Undefined;
  /**
   * Whether the loss has its minimum at finite outputs: true of the square loss, and of cross-entropy where no target has
   * probability 0.
   */
  readonly finiteMinimum: boolean | Undefined;
  /**
   * Loss at the minimum of the linearised model, ‖r − Pr‖²/2n with P onto the range of J: what no step at this J takes away.
   * Undefined for cross-entropy.
   */
  readonly irreducibleLoss: number | Undefined;
}

const noTargets: Undefined = {
  undefined:
    "the targets are not known: compare L with the loss of predicting their mean, half their variance",
};

/** `targets`: n·C numbers as the loss wants them, where they are known. */
export function interpolation(
  problem: ReducedProblem,
  at: {
    readonly residuals: Float64Array;
    readonly lossKind: LossKind;
    readonly targets?: Float64Array | undefined;
  },
): Interpolation {
  const { residuals, lossKind, targets } = at;
  const squareLoss = lossKind === "mse";
  return {
    targetLosses: targets ? targetLosses(targets, problem.outputs, lossKind) : noTargets,
    finiteMinimum: squareLoss || (targets ? targets.every((y) => y > 0) : noTargets),
    irreducibleLoss: squareLoss ? irreducibleLoss(problem, residuals) : squareLossOnly,
  };
}

/** Takes from r its parts along u_k = X_k/√(nλ_k), one after another. */
function irreducibleLoss(problem: ReducedProblem, residuals: Float64Array): number {
  const { samples, rank, rows, eigenvalues } = problem;
  if (rank === residuals.length) return 0;
  const left = residuals.slice();
  for (let k = 0; k < rank; k++) {
    const length = Math.sqrt(samples) * Math.sqrt(eigenvalues[k]);
    const unit = column(rows, k).map((value) => value / length);
    const along = unit.reduce((sum, value, i) => sum + value * left[i], 0);
    for (let i = 0; i < left.length; i++) left[i] -= along * unit[i];
  }
  return left.reduce((sum, value) => sum + value * value, 0) / (2 * samples);
}
