import type { SymmetricMatrix } from "../../linalg/matrix.ts";
import type { RandomStream } from "../../random/stream.ts";

/**
 * A family of over-parameterised linear models f(x;θ) = F(θ)ᵀx, given by F: R^p → R^d and its derivative
 * DF = ∂F/∂θ ∈ R^{d×p} ([WW]; docs/theory.md §3, where A = DFᵀ). Every array handed out is fresh. θ and directions have
 * length p, covectors length d; a family need not check that (`olmModel` does).
 */
export interface OverparametrisedLinear {
  /** For people: "deep linear 40-100-100-1". */
  readonly name: string;
  /** d */
  readonly dimension: number;
  /** p */
  readonly parameters: number;
  /** θ with E‖F(θ)‖² of order one at any d, p and depth, at no critical point of F: DF has rank d almost surely where p ≥ d. */
  initialize(stream: RandomStream): Float64Array;
  /** F(θ), length d. */
  effective(theta: Float64Array): Float64Array;
  /** DF δθ: length p → length d. */
  pushforward(theta: Float64Array, direction: Float64Array): Float64Array;
  /** DFᵀ v: length d → length p. */
  pullback(theta: Float64Array, covector: Float64Array): Float64Array;
  /** DF DFᵀ, d×d, both triangles filled. */
  metric(theta: Float64Array): SymmetricMatrix;
}

/** Throws a RangeError unless `value` is an integer of at least 1. */
export function requireCount(name: string, value: number): void {
  if (!(Number.isInteger(value) && value >= 1)) {
    throw new RangeError(`${name}: expected an integer of at least 1, got ${value}`);
  }
}
