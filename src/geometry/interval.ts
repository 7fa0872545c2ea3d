/** A 95 % confidence interval. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

const confidence = 0.95;

/**
 * Mean of independent repetitions with its standard error (deviation over √count) and 95 % Student interval, both infinite for
 * fewer than two repetitions. The mean of none is 0.
 */
export function meanInterval(
  values: ArrayLike<number>,
): Interval & { readonly mean: number; readonly standardError: number } {
  const count = values.length;
  let mean = 0;
  for (let i = 0; i < count; i++) mean += values[i] / count;
  let squares = 0;
  for (let i = 0; i < count; i++) squares += (values[i] - mean) ** 2;
  const standardError = count > 1 ? Math.sqrt(squares / (count - 1) / count) : Infinity;
  return { mean, standardError, ...studentInterval(mean, standardError, count - 1) };
}

/** estimate ± t·standardError with the Student quantile for `freedom` degrees of freedom. */
export function studentInterval(estimate: number, standardError: number, freedom: number): Interval {
  if (freedom < 1) return { low: -Infinity, high: Infinity };
  const reach = standardError === 0 ? 0 : studentQuantile((1 + confidence) / 2, freedom) * standardError;
  return { low: estimate - reach, high: estimate + reach };
}

/**
 * Quantile of Student's t distribution for an integer number of degrees of freedom and probability in [0.5, 1), by
 * bisection on the closed form of its distribution function (Abramowitz & Stegun 26.7.3–26.7.4).
 */
export function studentQuantile(probability: number, freedom: number): number {
  if (!(probability >= 0.5 && probability < 1))
    throw new RangeError(`probability: expected [0.5, 1), got ${probability}`);
  let low = 0;
  let high = 1;
  while (studentDistribution(high, freedom) < probability) high *= 2;
  for (let step = 0; step < 100 && high - low > Number.EPSILON * high; step++) {
    const middle = (low + high) / 2;
    if (studentDistribution(middle, freedom) < probability) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** P(T ≤ t) for t ≥ 0. */
function studentDistribution(t: number, freedom: number): number {
  const angle = Math.atan(t / Math.sqrt(freedom));
  const cosineSquared = Math.cos(angle) ** 2;
  const odd = freedom % 2 === 1;
  let term = odd ? Math.cos(angle) : 1;
  let sum = freedom === 1 ? 0 : term;
  for (let k = odd ? 3 : 2; k < freedom; k += 2) {
    term *= (cosineSquared * (k - 1)) / k;
    sum += term;
  }
  const central = odd ? (2 / Math.PI) * (angle + Math.sin(angle) * sum) : Math.sin(angle) * sum;
  return (1 + central) / 2;
}
