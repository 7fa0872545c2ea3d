import type { RandomStream } from "../random/stream.ts";
import type { HessianLinearization, Linearization } from "./linearization.ts";

/** A model with its data: f(x_i;θ) ∈ R^C on n samples with square loss ℓ_i = ½‖f(x_i;θ) − y_i‖². */
export interface Model {
  readonly samples: number;
  readonly outputs: number;
  readonly parameters: number;
  /** θ at the model's standard initialisation. */
  initialize(stream: RandomStream): Float64Array;
  /** The model to first order at θ (length p). */
  linearize(theta: Float64Array): Linearization;
  /**
   * Writes the mean gradient over the samples in `batch` (indices, repeats allowed) to `gradient` (length p) and
   * returns the mean loss over the batch.
   */
  gradient(theta: Float64Array, batch: Int32Array, gradient: Float64Array): number;
}

/** A model that also knows its second derivatives. */
export interface HessianModel extends Model {
  linearize(theta: Float64Array): HessianLinearization;
}
