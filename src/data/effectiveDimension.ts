/** How many directions a spectrum spreads over, by three counts; each lies between 1 and the number of eigenvalues. */
export interface EffectiveDimensions {
  /** Tr(S)²/Tr(S²) */
  readonly traceSquaredOverFrobenius: number;
  /** Tr(S)/‖S‖ */
  readonly traceOverNorm: number;
  /** (Tr S²)²/Tr(S⁴) */
  readonly secondOrder: number;
}

/**
 * The effective dimensions of a covariance with these eigenvalues, in any order and on any scale (docs/theory.md §3).
 * Throws a RangeError unless all are finite and non-negative and one is positive.
 */
export function effectiveDimensions(eigenvalues: ArrayLike<number>): EffectiveDimensions {
  let norm = 0;
  for (let k = 0; k < eigenvalues.length; k++) {
    const value = eigenvalues[k];
    if (!(value >= 0 && value < Infinity)) {
      throw new RangeError(`eigenvalue ${k}: expected a finite non-negative number, got ${value}`);
    }
    norm = Math.max(norm, value);
  }
  if (norm === 0) throw new RangeError("effective dimension: expected a positive eigenvalue, got none");
  // Relative to the largest eigenvalue no power overflows, and what underflows does not count.
  let first = 0;
  let second = 0;
  let fourth = 0;
  for (let k = 0; k < eigenvalues.length; k++) {
    const share = eigenvalues[k] / norm;
    first += share;
    second += share ** 2;
    fourth += share ** 4;
  }
  return {
    traceSquaredOverFrobenius: first ** 2 / second,
    traceOverNorm: first,
    secondOrder: second ** 2 / fourth,
  };
}
