import { InputError } from "../inputError.ts";

/** Least √p of a target that a residual is divided by; its square is still a number, and nothing beside any other p. */
const leastRoot = 2 ** -500;
/** Where no sample has more probability than this outside its largest class, that bound is no longer nothing. */
const saturated = 2 ** -900;

/** Softmax and cross-entropy of n·C logits, in the form in which they make a least-squares problem (docs/theory.md §9). */
export interface SoftmaxWhitening {
  /** q = √p, n·C. */
  readonly roots: Float64Array;
  /** Position (0 … C−1) of each sample's largest logit: differences are taken from it, so that none of them cancels. */
  readonly largest: Int32Array;
  /** r̃ = (p − y)/√p, n·C. */
  readonly residuals: Float64Array;
  /** ℓ_i = −Σ_c y_ic log p_ic. */
  readonly sampleLosses: Float64Array;
}

/**
 * `targets`: y, n·C numbers; each sample's are at least 0 and sum to 1. Everything is taken in logarithms: a probability
 * that underflows still has its square root. Throws an InputError on logits that are not finite, or so far apart in
 * every sample that the Gauss–Newton matrix leaves float64.
 */
export function softmaxWhitening(
  logits: Float64Array,
  targets: Float64Array,
  outputs: number,
): SoftmaxWhitening {
  const samples = logits.length / outputs;
  const roots = new Float64Array(logits.length);
  const residuals = new Float64Array(logits.length);
  const largest = new Int32Array(samples);
  const sampleLosses = new Float64Array(samples);
  let outside = 0;
  let bounded = -1;
  for (let i = 0; i < samples; i++) {
    const start = i * outputs;
    const top = position(logits, start, outputs);
    largest[i] = top - start;
    let others = 0;
    for (let k = start; k < start + outputs; k++) if (k !== top) others += Math.exp(logits[k] - logits[top]);
    const logNormaliser = Math.log1p(others);
    outside = Math.max(outside, others);
    let ofTop = 0;
    for (let k = start; k < start + outputs; k++) {
      const logProbability = logits[k] - logits[top] - logNormaliser;
      const y = targets[k];
      roots[k] = Math.exp(logProbability / 2);
      if (y !== 0) {
        sampleLosses[i] -= y * logProbability;
        if (roots[k] < leastRoot) {
          roots[k] = leastRoot;
          bounded = i;
        }
      }
      if (k === top) continue;
      const difference = roots[k] ** 2 - y;
      ofTop -= difference;
      residuals[k] = y === 0 ? roots[k] : difference / roots[k];
    }
    // p − y sums to zero; for the largest class the difference itself would cancel
    residuals[top] = ofTop / roots[top];
  }
  if (bounded >= 0 && outside < saturated) {
    throw new InputError(
      `logits: expected at least one sample whose classes lie within 600 of each other, got none, and sample ${bounded} misses its target: every softmax is saturated; scale the logits down`,
    );
  }
  return { roots, largest, residuals, sampleLosses };
}

/** Index of the largest of `outputs` logits from `start` on. */
function position(logits: Float64Array, start: number, outputs: number): number {
  let top = start;
  for (let k = start; k < start + outputs; k++) {
    if (!Number.isFinite(logits[k])) {
      throw new InputError(
        `logits: expected finite numbers, got ${logits[k]} in sample ${Math.floor(k / outputs)}; the model has diverged or its weights are broken`,
      );
    }
    if (logits[k] > logits[top]) top = k;
  }
  return top;
}
