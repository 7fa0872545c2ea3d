import type { RandomStream } from "../random/stream.ts";

/** How batches are drawn. */
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
 * Minibatches as B sample indices in [0, n): every call draws a batch anew, independent of the others, into an array that
 * the next call overwrites. Throws a RangeError on an n that is no positive integer, and on a batch size that is not an
 * integer in [1, n], or in [1, ∞) with replacement.
 */
export function batchSampler({
  samples,
  batchSize,
  replacement = true,
  stream,
}: BatchOptions): () => Int32Array {
  requireSizes(samples, batchSize, replacement);
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
      batch[k] = swap(order, k, other);
    }
    return batch;
  };
}

/**
 * The same batches as a function of the step, each from a stream of its own: a run that is taken up again at some step draws
 * what it would have drawn. The array is overwritten by the next call. Throws as `batchSampler` does.
 */
export function batchesByStep({
  samples,
  batchSize,
  replacement = true,
  stream,
}: BatchOptions): (step: number) => Int32Array {
  requireSizes(samples, batchSize, replacement);
  const batch = new Int32Array(batchSize);
  const order = Int32Array.from({ length: replacement ? 0 : samples }, (_, i) => i);
  const swapped = new Int32Array(batchSize);
  return (step) => {
    const draws = stream.split(step);
    if (replacement) {
      for (let k = 0; k < batchSize; k++) batch[k] = draws.integer(samples);
      return batch;
    }
    for (let k = 0; k < batchSize; k++) {
      swapped[k] = k + draws.integer(samples - k);
      batch[k] = swap(order, k, swapped[k]);
    }
    // back to the identity, so that no batch depends on those before
    for (let k = batchSize - 1; k >= 0; k--) swap(order, k, swapped[k]);
    return batch;
  };
}

/** Exchanges two entries and returns what is now the first. */
function swap(order: Int32Array, i: number, j: number): number {
  const moved = order[i];
  order[i] = order[j];
  order[j] = moved;
  return order[i];
}

function requireSizes(samples: number, batchSize: number, replacement: boolean): void {
  if (!(Number.isInteger(samples) && samples >= 1))
    throw new RangeError(`samples: expected a positive integer, got ${samples}`);
  if (Number.isInteger(batchSize) && batchSize >= 1 && (replacement || batchSize <= samples)) return;
  throw new RangeError(
    `batchSize: expected an integer in [1, ${replacement ? "∞" : samples}], got ${batchSize}`,
  );
}
