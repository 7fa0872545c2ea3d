/** A population of vectors w·2^exponent, row-major. */
export interface Population {
  readonly vectors: Float64Array;
  readonly exponents: Int32Array;
}

/**
 * Where fewer vectors than half of them carry the sum of the losses, (ΣL)²/ΣL² < m/2: draws as many anew, each time vector t
 * with probability L_t/ΣL (systematic resampling: `uniform` is asked for one number in (0,1)), and scales each so that all losses
 * are the mean. The expectation of every quadratic form stays what it was, for a vector drawn c times is multiplied by
 * √(mean L/L_t), and c is m·L_t/ΣL in the mean. `losses` are those of the vectors in the population's scale, before 4^exponent.
 *
 * A vector that is drawn stays in its place, its copies take the places of those that are not.
 */
export function splitPopulation(population: Population, losses: Float64Array, uniform: () => number): void {
  const { vectors, exponents } = population;
  const count = losses.length;
  const rank = vectors.length / count;
  let top = -Infinity;
  for (let t = 0; t < count; t++) if (losses[t] > 0) top = Math.max(top, exponents[t]);
  if (top === -Infinity) return;
  const scaled = losses.map((loss, t) => (loss > 0 ? loss * 4 ** (exponents[t] - top) : 0));
  const sum = scaled.reduce((total, loss) => total + loss, 0);
  const squares = scaled.reduce((total, loss) => total + loss * loss, 0);
  if (2 * sum * sum >= count * squares) return;
  const mean = sum / count;
  const copies = drawn(scaled, mean, uniform());
  let free = 0;
  for (let t = 0; t < count; t++) {
    if (copies[t] === 0) continue;
    const factor = Math.sqrt(mean / scaled[t]);
    for (let k = t * rank; k < (t + 1) * rank; k++) vectors[k] *= factor;
    for (let copy = 1; copy < copies[t]; copy++) {
      while (copies[free] !== 0) free++;
      vectors.copyWithin(free * rank, t * rank, (t + 1) * rank);
      exponents[free] = exponents[t];
      free++;
    }
  }
}

/** How many of the points (k + u)·mean, k = 0, 1, …, lie in each loss's part of their sum. */
function drawn(losses: Float64Array, mean: number, u: number): Int32Array {
  const copies = new Int32Array(losses.length);
  let end = 0;
  let k = 0;
  let last = 0;
  for (const [t, loss] of losses.entries()) {
    end += loss;
    const first = k;
    while (k < losses.length && (k + u) * mean < end) k++;
    copies[t] = k - first;
    if (k > first) last = t;
  }
  // a point that rounding puts beyond the end
  copies[last] += losses.length - k;
  return copies;
}
