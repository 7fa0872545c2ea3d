import type { RandomStream } from "../random/stream.ts";
import type { HessianLinearization, Linearization } from "./linearization.ts";

/**
 * A model with its data: f(x_i;θ) ∈ R^C on n samples, with square loss ℓ_i = ½‖f(x_i;θ) − y_i‖² (docs/theory.md §1) unless
 * it has another (`NetworkModel`). θ and gradients of another length than p throw a RangeError.
 */
export interface Model {
  /** n */
  readonly samples: number;
  /** C */
  readonly outputs: number;
  /** p */
  readonly parameters: number;
  /** θ at the model's standard initialisation, length p. */
  initialize(stream: RandomStream): Float64Array;
  /** The model to first order at θ (length p), which may change afterwards. */
  linearize(theta: Float64Array): Linearization;
  /**
   * Writes the mean gradient over the samples in `batch` (indices, repeats allowed) to `gradient` (length p) and
   * returns the mean loss over the batch. Throws a RangeError on an empty batch and on an index outside 0 … n−1.
   */
  gradient(theta: Float64Array, batch: Int32Array, gradient: Float64Array): number;
}

/** A model that also knows its second derivatives. */
export interface HessianModel extends Model {
  linearize(theta: Float64Array): HessianLinearization;
}
