import type { Linearization } from "../../models/linearization.ts";
import type { RandomStream } from "../../random/stream.ts";

/** Independent draws of samples, with what each counts for: E[w·x] over a draw is the mean of x over all n samples. */
export interface WeightedDraws {
  /** m samples, which may repeat. */
  readonly samples: Int32Array;
  /** w = 1/(nπ), at most 2. */
  readonly weights: Float64Array;
}

/**
 * Draws with replacement, π_i = ½(1/n + ℓ_i/Σℓ): half of them by their loss, because Tr(ΣG) is a sum over samples in
 * proportion to their squared residuals, which in a trained model sit in few samples; half uniformly, because ‖G‖_F² is not.
 */
export function lossDraws(
  linearization: Pick<Linearization, "samples" | "residuals" | "outputs" | "loss">,
): (count: number, stream: RandomStream) => WeightedDraws {
  const { samples: n } = linearization;
  const shares = lossShares(linearization);
  // where the shares end, for drawing by bisection
  const ends = new Float64Array(n);
  let end = 0;
  for (let i = 0; i < n; i++) {
    end += shares[i];
    ends[i] = end;
  }
  return (count, stream) => {
    const samples = new Int32Array(count);
    const weights = new Float64Array(count);
    for (let k = 0; k < count; k++) {
      const byLoss = stream.uniform() < 0.5;
      const sample = byLoss ? firstAbove(ends, stream.uniform() * end) : stream.integer(n);
      samples[k] = sample;
      weights[k] = 2 / (1 + n * shares[sample]);
    }
    return { samples, weights };
  };
}

/** ℓ_i/Σℓ; equal where all losses are zero. */
function lossShares({
  samples,
  outputs,
  residuals,
  loss,
}: Pick<Linearization, "samples" | "residuals" | "outputs" | "loss">): Float64Array {
  // over the largest residual first: squares of tiny ones would vanish
  let largest = 0;
  for (let k = 0; k < residuals.length; k++) largest = Math.max(largest, Math.abs(residuals[k]));
  const shares = new Float64Array(samples);
  for (let i = 0; i < samples; i++) {
    if (loss && loss.kind !== "mse") shares[i] = loss.sampleLosses[i];
    else for (let c = 0; c < outputs; c++) shares[i] += (residuals[i * outputs + c] / (largest || 1)) ** 2;
  }
  const total = shares.reduce((sum, share) => sum + share, 0);
  return total === 0 ? shares.fill(1 / samples) : shares.map((share) => share / total);
}

/** The first position whose entry is above `value`, the last where none is. */
function firstAbove(ascending: Float64Array, value: number): number {
  let [low, high] = [0, ascending.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ascending[middle] > value) high = middle;
    else low = middle + 1;
  }
  return low;
}
