import type { Matrix, SymmetricMatrix } from "../linalg/matrix.ts";

/** The square loss ½‖f − y‖², or the cross-entropy of a softmax. */
export type LossKind = "mse" | "cross-entropy";

/** The losses ℓ_i of the samples, in the units of the loss. */
export interface SampleLosses {
  readonly kind: LossKind;
  /** ℓ_i, length n. */
  readonly sampleLosses: Float64Array;
}

/**
 * A model to first order at a point θ: all that geometry and dynamics may know of it (docs/theory.md §1).
 * Rows of the Jacobian J ∈ R^{nC×p} are (sample, output) pairs, sample-major: row i·C + c is ∂f_c(x_i)/∂θ.
 *
 * For every loss the gradient of sample i is g_i = J_iᵀr_i and the Gauss–Newton matrix is G = (1/n) Σ J_iᵀJ_i. For
 * cross-entropy J and r are therefore those of whitened logits (docs/theory.md §9, `whitenedLinearization`).
 *
 * Products throw a RangeError on an array of another length; `gram` of the models here, and of a Jacobian in a file, an
 * InputError where n·C is more than 32768.
 */
export interface Linearization {
  /** n */
  readonly samples: number;
  /** C */
  readonly outputs: number;
  /** p */
  readonly parameters: number;
  /** r, length n·C, sample-major: f(x;θ) − y for the square loss, (p − y)/√p for cross-entropy. */
  readonly residuals: Float64Array;
  /** The square loss ℓ_i = ½‖r_i‖² when left out. */
  readonly loss?: SampleLosses;
  /** J·direction: length p → length n·C. */
  jvp(direction: Float64Array): Float64Array | Promise<Float64Array>;
  /** Jᵀ·weights: length n·C → length p. */
  vjp(weights: Float64Array): Float64Array | Promise<Float64Array>;
  /** K = JJᵀ, nC×nC, both triangles filled, however the model forms it best. */
  gram(): SymmetricMatrix | Promise<SymmetricMatrix>;
}

/** A linearization that forms K for some of its samples at a time, for sums over K where K itself is too large. */
export interface SampledGramLinearization extends Linearization {
  /**
   * Rows and columns of K of these samples (indices from 0 to n−1), in their order (they may repeat): m·C × m·C for m
   * of them, both triangles filled, a matrix of its own.
   */
  gramOf(samples: Int32Array): SymmetricMatrix | Promise<SymmetricMatrix>;
  /** Likewise the rows of K of some samples and the columns of others: m·C × m'·C. */
  gramBetween(rows: Int32Array, columns: Int32Array): Matrix<Float64Array> | Promise<Matrix<Float64Array>>;
}

/** A linearization that also knows its second derivatives. */
export interface HessianLinearization extends Linearization {
  /** H·direction with the Hessian H of the mean loss (docs/theory.md §1), exact: length p → length p. */
  hvp(direction: Float64Array): Float64Array | Promise<Float64Array>;
}
