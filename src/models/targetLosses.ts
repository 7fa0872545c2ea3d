import type { LossKind } from "./linearization.ts";

export interface TargetLosses {
  /** Mean loss of a model that gives every sample the same outputs, the best ones: Var(y)/2, or the entropy of the mean of y. */
  readonly ofMean: number;
  /** Mean loss of a model that fits every target: 0, or the mean entropy of the y_i. */
  readonly least: number;
}

/** What targets alone say of the scale of the loss. `targets`: n·C numbers, sample-major; for cross-entropy probabilities. */
export function targetLosses(targets: Float64Array, outputs: number, kind: LossKind): TargetLosses {
  const samples = targets.length / outputs;
  const mean = new Float64Array(outputs);
  for (let k = 0; k < targets.length; k++) mean[k % outputs] += targets[k] / samples;
  if (kind === "cross-entropy") {
    return { ofMean: entropy(mean), least: Math.min(entropy(targets) / samples, entropy(mean)) };
  }
  let squares = 0;
  for (let k = 0; k < targets.length; k++) squares += (targets[k] - mean[k % outputs]) ** 2;
  return { ofMean: squares / (2 * samples), least: 0 };
}

/** −Σ y log y. */
function entropy(probabilities: Float64Array): number {
  return probabilities.reduce((sum, y) => (y > 0 ? sum - y * Math.log(y) : sum), 0);
}
