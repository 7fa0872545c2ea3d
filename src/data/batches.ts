import type { RandomStream } from "../random/stream.ts";

export interface BatchOptions {
  /** n */
  readonly samples: number;
  /** B, at most n without replacement. */
  readonly batchSize: number;
  /** Independent draws, or B different samples a batch (the noise covariances of docs/theory.md §1). Default true. */
  readonly replacement?: boolean;
  readonly stream: RandomStream;
}

/**
 * Minibatches as sample indices: every call draws a batch anew, independent of the others, into an array that the
 * next call overwrites. Throws a RangeError on a batch size that is not an integer in [1, n], or in [1, ∞) with replacement.
 */
export function batchSampler({
  samples,
  batchSize,
  replacement = true,
  stream,
}: BatchOptions): () => Int32Array {
  if (!Number.isInteger(batchSize) || batchSize < 1 || (!replacement && batchSize > samples)) {
    throw new RangeError(
      `batchSize: expected an integer in [1, ${replacement ? "∞" : samples}], got ${batchSize}`,
    );
  }
  const batch = new Int32Array(batchSize);
  if (replacement) {
    return () => {
      for (let k = 0; k < batchSize; k++) batch[k] = stream.integer(samples);
      return batch;
    };
  }
  // the first B steps of a Fisher–Yates shuffle, from whatever order the last batch left
  const order = Int32Array.from({ length: samples }, (_, i) => i);
  return () => {
    for (let k = 0; k < batchSize; k++) {
      const other = k + stream.integer(samples - k);
      [order[k], order[other]] = [order[other], order[k]];
      batch[k] = order[k];
    }
    return batch;
  };
}
