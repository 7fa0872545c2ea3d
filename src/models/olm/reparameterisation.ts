import type { Kernels } from "../../linalg/kernels/kernels.ts";
import { matrix, transpose } from "../../linalg/matrix.ts";
import type { RandomStream } from "../../random/stream.ts";
import { innerProducts } from "../innerProducts.ts";
import { type OverparametrisedLinear, requireCount } from "./family.ts";
import { randomOrthonormal } from "./orthonormal.ts";

/**
 * F(θ) = Mθ with M = U diag(s) Vᵀ ∈ R^{d×p}, U and V random with orthonormal columns and s² log-spaced, so that the
 * condition number κ(DF DFᵀ) = s_1²/s_d² is the chosen one (docs/theory.md §3); Tr(MMᵀ) = d. `initialize` draws
 * θ_k ~ N(0, 1/d). Throws a RangeError unless p ≥ d ≥ 1 are integers, the condition number is finite and at least 1,
 * and d = 1 comes with condition number 1.
 */
export function randomReparameterisation(options: {
  /** d */
  readonly dimension: number;
  /** p ≥ d */
  readonly parameters: number;
  /** κ(DF DFᵀ) ≥ 1 */
  readonly condition: number;
  /** Draws M. */
  readonly stream: RandomStream;
  readonly kernels: Kernels;
}): OverparametrisedLinear {
  const { dimension, parameters, condition, stream, kernels } = options;
  requireCount("dimension", dimension);
  if (!(Number.isInteger(parameters) && parameters >= dimension)) {
    throw new RangeError(
      `parameters: expected an integer of at least the dimension ${dimension}, got ${parameters}`,
    );
  }
  if (!(condition >= 1 && condition < Infinity) || (dimension === 1 && condition !== 1)) {
    throw new RangeError(
      `condition: expected a finite number of at least 1, and 1 in one dimension, got ${condition}`,
    );
  }
  const squares = Float64Array.from(
    { length: dimension },
    (_, k) => condition ** (-k / Math.max(dimension - 1, 1)),
  );
  const mean = squares.reduce((sum, square) => sum + square, 0) / dimension;

  const left = randomOrthonormal(dimension, dimension, stream.split("left"), kernels);
  const right = randomOrthonormal(parameters, dimension, stream.split("right"), kernels);
  for (let i = 0; i < dimension; i++) {
    for (let k = 0; k < dimension; k++) left.data[i * dimension + k] *= Math.sqrt(squares[k] / mean);
  }
  const map = matrix(dimension, parameters);
  kernels.gemm(1, left, transpose(right), 0, map);
  // MMᵀ = U diag(s²) Uᵀ: d×d factors only.
  const metric = innerProducts(left, kernels);

  const apply = (direction: Float64Array): Float64Array => {
    const result = new Float64Array(dimension);
    kernels.gemv(1, map, direction, 0, result);
    return result;
  };
  return {
    name: `reparameterisation ${dimension} by ${parameters}, condition ${condition}`,
    dimension,
    parameters,
    initialize: (initial) => initial.gaussians(new Float64Array(parameters), dimension ** -0.5),
    effective: apply,
    pushforward: (_, direction) => apply(direction),
    pullback(_, covector) {
      const result = new Float64Array(parameters);
      kernels.gemv(1, transpose(map), covector, 0, result);
      return result;
    },
    metric: () => ({ ...metric, data: metric.data.slice() }),
  };
}
