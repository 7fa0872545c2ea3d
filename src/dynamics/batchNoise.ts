/** Which batches a step of SGD draws. */
export interface BatchDraw {
  /** B, at most n without replacement. */
  readonly batchSize: number;
  /** Independent draws, or B different samples a batch. */
  readonly replacement: boolean;
}

/**
 * c with which the noise of a batch has covariance c·Σ (docs/theory.md §1): 1/B with replacement, (n−B)/(B(n−1)) without;
 * 0 of one sample, which makes no noise. Throws a RangeError on a batch size that is not a whole number of at least 1, or
 * without replacement more than n.
 */
export function batchNoise(samples: number, { batchSize, replacement }: BatchDraw): number {
  if (!(Number.isInteger(batchSize) && batchSize >= 1 && (replacement || batchSize <= samples))) {
    throw new RangeError(
      `batchSize: expected a whole number in [1, ${replacement ? "∞" : samples}], got ${batchSize}`,
    );
  }
  if (samples === 1) return 0;
  return replacement ? 1 / batchSize : (samples - batchSize) / (batchSize * (samples - 1));
}
