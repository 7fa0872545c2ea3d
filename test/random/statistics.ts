/** Kolmogorov–Smirnov: √n sup |F_n − F|. Exceeds 1.95 with probability 0.001 under F. */
export function kolmogorovSmirnov(sample: Float64Array, distribution: (x: number) => number): number {
  const sorted = sample.slice().sort();
  let distance = 0;
  for (const [i, x] of sorted.entries()) {
    const value = distribution(x);
    distance = Math.max(distance, value - i / sorted.length, (i + 1) / sorted.length - value);
  }
  return Math.sqrt(sorted.length) * distance;
}

/** Anderson–Darling A² for a fully specified distribution, strict in the tails. Exceeds 6.0 with probability 0.001. */
export function andersonDarling(sample: Float64Array, distribution: (x: number) => number): number {
  const sorted = sample.slice().sort();
  const n = sorted.length;
  let sum = 0;
  for (let i = 0; i < n; i++) {
    sum += (2 * i + 1) * (Math.log(distribution(sorted[i])) + Math.log1p(-distribution(sorted[n - 1 - i])));
  }
  return -n - sum / n;
}

/** Pearson's χ² of counts against equal expectations, as standard deviations from its mean (large counts). */
export function chiSquareScore(counts: ArrayLike<number>): number {
  let total = 0;
  for (let k = 0; k < counts.length; k++) total += counts[k];
  const expected = total / counts.length;
  let statistic = 0;
  for (let k = 0; k < counts.length; k++) statistic += (counts[k] - expected) ** 2 / expected;
  const freedom = counts.length - 1;
  return (statistic - freedom) / Math.sqrt(2 * freedom);
}

/** Σ x_i y_i/√(Σx² Σy²) · √n: about standard Gaussian for independent centred samples. */
export function correlationScore(x: Float64Array, y: Float64Array): number {
  let [xx, yy, xy] = [0, 0, 0];
  for (let i = 0; i < x.length; i++) {
    xx += x[i] * x[i];
    yy += y[i] * y[i];
    xy += x[i] * y[i];
  }
  return (xy / Math.sqrt(xx * yy)) * Math.sqrt(x.length);
}
