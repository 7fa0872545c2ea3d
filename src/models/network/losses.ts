import type { FloatArray } from "../../linalg/matrix.ts";

/**
 * A loss ℓ(f_i, y_i) of each sample's C outputs, with the conventions of docs/theory.md §1. Arrays hold C numbers a
 * sample, sample-major, but for `sampleLosses` with one; everything beyond the outputs themselves is float64. Lengths
 * and values are not checked.
 */
export interface Loss {
  readonly kind: "mse" | "cross-entropy";
  /** residuals ← ∂ℓ_i/∂f_i, and sampleLosses ← ℓ_i. `targets` as the loss wants them. */
  evaluate(
    outputs: FloatArray,
    targets: Float64Array,
    residuals: Float64Array,
    sampleLosses: Float64Array,
  ): void;
  /** tangents ← ∂²ℓ_i/∂f_i²·tangents, in place. */
  hessianProduct(outputs: FloatArray, tangents: Float64Array, samples: number): void;
}

/** ℓ_i = ½‖f_i − y_i‖² (docs/theory.md §1). Targets: y_i. */
export const squareLoss: Loss = {
  kind: "mse",
  evaluate(outputs, targets, residuals, sampleLosses) {
    const width = outputs.length / sampleLosses.length;
    for (let i = 0; i < sampleLosses.length; i++) {
      let sum = 0;
      for (let k = i * width; k < (i + 1) * width; k++) {
        const residual = outputs[k] - targets[k];
        residuals[k] = residual;
        sum += residual * residual;
      }
      sampleLosses[i] = sum / 2;
    }
  },
  hessianProduct() {},
};

/**
 * ℓ_i = −Σ_c y_i^c log p_i^c, in nats, with p_i = softmax(f_i) (docs/theory.md §9). Targets: probabilities, C a sample, such
 * as one-hot classes.
 */
export const crossEntropyLoss: Loss = {
  kind: "cross-entropy",
  evaluate(outputs, targets, residuals, sampleLosses) {
    const width = outputs.length / sampleLosses.length;
    for (let i = 0; i < sampleLosses.length; i++) {
      const start = i * width;
      const logNormaliser = logSumExp(outputs, start, width);
      let loss = 0;
      for (let k = start; k < start + width; k++) {
        const logProbability = outputs[k] - logNormaliser;
        residuals[k] = Math.exp(logProbability) - targets[k];
        if (targets[k] !== 0) loss -= targets[k] * logProbability;
      }
      sampleLosses[i] = loss;
    }
  },
  hessianProduct(outputs, tangents, samples) {
    // (diag p − ppᵀ) z
    const width = outputs.length / samples;
    for (let start = 0; start < outputs.length; start += width) {
      const logNormaliser = logSumExp(outputs, start, width);
      let mean = 0;
      for (let k = start; k < start + width; k++) mean += Math.exp(outputs[k] - logNormaliser) * tangents[k];
      for (let k = start; k < start + width; k++) {
        tangents[k] = Math.exp(outputs[k] - logNormaliser) * (tangents[k] - mean);
      }
    }
  },
};

/** log Σ_c exp f_c of `width` numbers from `start` on. */
function logSumExp(outputs: FloatArray, start: number, width: number): number {
  let largest = -Infinity;
  for (let k = start; k < start + width; k++) largest = Math.max(largest, outputs[k]);
  let sum = 0;
  for (let k = start; k < start + width; k++) sum += Math.exp(outputs[k] - largest);
  return largest + Math.log(sum);
}
