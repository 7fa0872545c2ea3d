/** Mean of independent values, at least two, with its standard error. */
export function sampleMean(values: ArrayLike<number>): {
  readonly mean: number;
  readonly standardError: number;
} {
  const count = values.length;
  let mean = 0;
  for (let i = 0; i < count; i++) mean += values[i] / count;
  let squares = 0;
  for (let i = 0; i < count; i++) squares += (values[i] - mean) ** 2;
  return { mean, standardError: Math.sqrt(squares / (count - 1) / count) };
}
