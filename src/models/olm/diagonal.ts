import { matrix } from "../../linalg/matrix.ts";
import { type OverparametrisedLinear, requireCount } from "./family.ts";

/**
 * Diagonal linear network of depth D with M branches: F = Σ_m (u_m^D − v_m^D) elementwise with θ = (u_1 … u_M, v_1 … v_M),
 * p = 2dM; D = 2, M = 1 is u∘u − v∘v (Woodworth et al., "Kernel and rich regimes in overparametrized models", COLT
 * 2020). DF DFᵀ = D² diag(Σ_m u_m^{2D−2} + v_m^{2D−2}). `initialize` draws every weight from N(0, (dM)^{−1/D}), so that
 * F_k is of order d^{−1/2} and DF DFᵀ of order (M/d^{D−1})^{1/D}. Throws a RangeError unless d, D
 * and M are integers of at least 1. docs/theory.md §3.
 */
export function diagonalNetwork(options: {
  /** d */
  readonly dimension: number;
  /** D */
  readonly depth: number;
  /** M, 1 by default. */
  readonly branches?: number;
}): OverparametrisedLinear {
  const { dimension, depth, branches = 1 } = options;
  requireCount("dimension", dimension);
  requireCount("depth", depth);
  requireCount("branches", branches);
  const parameters = 2 * branches * dimension;
  const sign = (k: number): number => (k < parameters / 2 ? 1 : -1);
  /** ∂F_{k mod d}/∂θ_k at θ_k. */
  const slope = (weight: number, k: number): number => sign(k) * depth * power(weight, depth - 1);
  /** Σ over the weights of each component. */
  const gather = (term: (k: number) => number): Float64Array => {
    const sums = new Float64Array(dimension);
    for (let k = 0; k < parameters; k++) sums[k % dimension] += term(k);
    return sums;
  };
  return {
    name: `diagonal ${dimension}, depth ${depth}${branches === 1 ? "" : `, ${branches} branches`}`,
    dimension,
    parameters,
    initialize: (stream) =>
      stream.gaussians(new Float64Array(parameters), (branches * dimension) ** (-1 / (2 * depth))),
    effective: (theta) => gather((k) => sign(k) * power(theta[k], depth)),
    pushforward: (theta, direction) => gather((k) => slope(theta[k], k) * direction[k]),
    pullback: (theta, covector) => theta.map((weight, k) => slope(weight, k) * covector[k % dimension]),
    metric(theta) {
      const metric = matrix(dimension, dimension);
      const squares = gather((k) => slope(theta[k], k) ** 2);
      for (let k = 0; k < dimension; k++) metric.data[k * (dimension + 1)] = squares[k];
      return metric;
    },
  };
}

/** x^exponent for an integer exponent ≥ 0; many times faster than the general power. */
function power(x: number, exponent: number): number {
  let result = 1;
  for (let factor = 0; factor < exponent; factor++) result *= x;
  return result;
}
