/** A Jacobian by differences, with a bound on the error of each entry. */
export interface DifferenceJacobian {
  /** rows[k][j] = ∂f_k/∂θ_j */
  readonly rows: Float64Array[];
  readonly tolerances: Float64Array[];
}

/**
 * Central differences of f: R^p → R^q at θ with steps h and h/2, extrapolated. The tolerance of an entry is the change
 * that the smaller step brought (which bounds what the extrapolation leaves) plus the rounding of f over the step.
 *
 * `magnitude` bounds the size of the numbers that f adds up, where that is more than the size of f itself.
 */
export function differenceJacobian(
  f: (theta: Float64Array) => Float64Array,
  theta: Float64Array,
  step: number,
  magnitude: number,
): DifferenceJacobian {
  const outputs = f(theta).length;
  const rows = Array.from({ length: outputs }, () => new Float64Array(theta.length));
  const tolerances = Array.from({ length: outputs }, () => new Float64Array(theta.length));
  for (let j = 0; j < theta.length; j++) {
    const coarse = difference(f, theta, j, step);
    const fine = difference(f, theta, j, step / 2);
    for (let k = 0; k < outputs; k++) {
      rows[k][j] = (4 * fine[k] - coarse[k]) / 3;
      tolerances[k][j] = Math.abs(fine[k] - coarse[k]) + (20 * Number.EPSILON * magnitude) / step;
    }
  }
  return { rows, tolerances };
}

function difference(
  f: (theta: Float64Array) => Float64Array,
  theta: Float64Array,
  j: number,
  step: number,
): Float64Array {
  const above = theta.slice();
  const below = theta.slice();
  above[j] += step;
  below[j] -= step;
  const [upper, lower] = [f(above), f(below)];
  // The step actually taken, after rounding.
  return upper.map((value, k) => (value - lower[k]) / (above[j] - below[j]));
}
