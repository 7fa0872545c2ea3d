/** Samples `start` … `start + count − 1`. */
export interface SampleRange {
  readonly start: number;
  readonly count: number;
}

/**
 * The entries of these ranges, one range after another.
 * Throws a RangeError where one is not whole or reaches beyond the ends.
 */
export function rangesOf(values: Int32Array, ranges: readonly SampleRange[]): Int32Array {
  for (const { start, count } of ranges) {
    const whole = Number.isInteger(start) && Number.isInteger(count) && start >= 0 && count >= 0;
    if (!whole || start + count > values.length) {
      throw new RangeError(
        `samples: expected some of ${values.length}, got ${start} to ${start + count - 1}`,
      );
    }
  }
  const chosen = new Int32Array(ranges.reduce((sum, { count }) => sum + count, 0));
  let filled = 0;
  for (const { start, count } of ranges) {
    chosen.set(values.subarray(start, start + count), filled);
    filled += count;
  }
  return chosen;
}
