import { type Interval, studentQuantile } from "../interval.ts";

/** A number estimated from independent blocks of samples. docs/theory.md §7. */
export interface BlockEstimate {
  readonly value: number;
  /** Of `value`, over the draws; 0 where nothing was left to chance. */
  readonly standardError: number;
  /** 95 %, over the draws. */
  readonly interval: Interval;
}

/** A value that nothing was left to chance in. */
export function known(value: number): BlockEstimate {
  return { value, standardError: 0, interval: { low: value, high: value } };
}

/**
 * Mean of independent values that are skewed to the right, as sums of squares over few samples are: Student's interval with
 * Hall's cubic correction for skewness (Hall 1992), the quantile for the degrees of freedom that the values' kurtosis leaves.
 */
export function skewedMean(values: readonly number[]): BlockEstimate {
  const count = values.length;
  const { mean, deviation, skewness, kurtosis } = shape(values);
  const standardError = deviation / Math.sqrt(count);
  if (standardError === 0) return { value: mean, standardError, interval: { low: mean, high: mean } };
  const quantile = studentQuantile(0.975, freedom(count, kurtosis));
  const size = skewness / Math.sqrt(count);
  // inverse of T ↦ T + sT²/3 + s²T³/27 + s/6 with s the skewness of the mean
  const corrected = (x: number) =>
    Math.abs(size) < 1e-6 ? x : (3 / size) * (Math.cbrt(1 + size * (x - size / 6)) - 1);
  return {
    value: mean,
    standardError,
    interval: {
      low: mean - standardError * corrected(quantile),
      high: mean - standardError * corrected(-quantile),
    },
  };
}

/**
 * (Σ numerators + B·shift)/Σ denominators over B blocks with its delete-one-block jackknife interval; Student's quantile for
 * the degrees of freedom that the kurtosis of the pseudo-values leaves. Denominators must not be able to sum to zero.
 */
export function blockRatio(
  numerators: readonly number[],
  denominators: readonly number[],
  shift = 0,
): BlockEstimate {
  const count = numerators.length;
  const above = numerators.reduce((sum, value) => sum + value + shift, 0);
  const below = denominators.reduce((sum, value) => sum + value, 0);
  const leftOut = numerators.map((value, b) => (above - value - shift) / (below - denominators[b]));
  const { deviation, kurtosis } = shape(leftOut);
  const value = above / below;
  const standardError = ((count - 1) * deviation) / Math.sqrt(count);
  const reach = standardError === 0 ? 0 : standardError * studentQuantile(0.975, freedom(count, kurtosis));
  return { value, standardError, interval: { low: value - reach, high: value + reach } };
}

/** How well B values know their own variance: 2·(E s²)²/Var s², which is B − 1 for Gaussian ones and less with heavy tails. */
function freedom(count: number, kurtosis: number): number {
  return Math.max(2, Math.min(count - 1, Math.floor((2 * count) / (Math.max(kurtosis, 0) + 2))));
}

/** Mean, deviation (divisor B − 1), skewness and excess kurtosis. */
function shape(values: readonly number[]) {
  const count = values.length;
  const mean = values.reduce((sum, value) => sum + value / count, 0);
  let [second, third, fourth] = [0, 0, 0];
  const largest = values.reduce((most, value) => Math.max(most, Math.abs(value - mean)), 0);
  if (largest <= count * Number.EPSILON * Math.abs(mean)) {
    return { mean, deviation: 0, skewness: 0, kurtosis: 0 };
  }
  for (const value of values) {
    const deviation = (value - mean) / largest;
    second += deviation ** 2 / count;
    third += deviation ** 3 / count;
    fourth += deviation ** 4 / count;
  }
  return {
    mean,
    deviation: largest * Math.sqrt((second * count) / (count - 1)),
    skewness: third / second ** 1.5,
    kurtosis: fourth / second ** 2 - 3,
  };
}
