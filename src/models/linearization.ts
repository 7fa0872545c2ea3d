import type { SymmetricMatrix } from "../linalg/matrix.ts";

/**
 * A model to first order at a point θ: all that geometry and dynamics may know of it (docs/theory.md §1).
 * Rows of the Jacobian J ∈ R^{nC×p} are (sample, output) pairs, sample-major: row i·C + c is ∂f_c(x_i)/∂θ.
 */
export interface Linearization {
  /** n */
  readonly samples: number;
  /** C */
  readonly outputs: number;
  /** p */
  readonly parameters: number;
  /** r = f(x;θ) − y, length n·C, sample-major. */
  readonly residuals: Float64Array;
  /** J·direction: length p → length n·C. */
  jvp(direction: Float64Array): Float64Array | Promise<Float64Array>;
  /** Jᵀ·weights: length n·C → length p. */
  vjp(weights: Float64Array): Float64Array | Promise<Float64Array>;
  /** K = JJᵀ, both triangles filled, however the model forms it best. */
  gram(): SymmetricMatrix | Promise<SymmetricMatrix>;
}

/** A linearization that also knows its second derivatives. */
export interface HessianLinearization extends Linearization {
  /** H·direction with the Hessian H of the mean loss (docs/theory.md §1), exact: length p → length p. */
  hvp(direction: Float64Array): Float64Array | Promise<Float64Array>;
}
