/**
 * How far rows of probabilities may sum from 1. In float32 each number is off by up to 6·10⁻⁸ of itself and so is every
 * step of a softmax's sum: some 10⁻⁷ for tens of classes, 10⁻⁶ for thousands. Targets that are no probabilities are off by
 * far more.
 */
const tolerance = 1e-5;

/** Numbers of at least 0 that sum to 1 up to rounding, over their sum; undefined where they are anything else. */
export function asProbabilities(row: Float64Array): Float64Array | undefined {
  const sum = row.reduce((total, value) => total + value, 0);
  if (!(row.every((value) => value >= 0) && Math.abs(sum - 1) <= tolerance)) return undefined;
  return row.map((value) => value / sum);
}
