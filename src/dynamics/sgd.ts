import { type BatchOptions, batchSampler } from "../data/batches.ts";
import type { Model } from "../models/model.ts";

export interface SgdOptions extends Omit<BatchOptions, "samples"> {
  readonly learningRate: number;
  readonly steps: number;
}

/** What SGD needs of a model. */
export type Trainable = Pick<Model, "samples" | "parameters" | "gradient">;

/**
 * Minibatch SGD on the square loss, θ ← θ − η·(mean gradient of the batch): returns θ after `steps` steps and leaves
 * `theta` as it was. Throws a RangeError on a batch size that does not fit the data, and an Error when the iteration
 * has left the finite numbers, naming the step.
 */
export function sgd(model: Trainable, theta: Float64Array, options: SgdOptions): Float64Array {
  const { learningRate, steps } = options;
  const nextBatch = batchSampler({ ...options, samples: model.samples });
  const current = theta.slice();
  const gradient = new Float64Array(model.parameters);
  for (let step = 0; step < steps; step++) {
    const loss = model.gradient(current, nextBatch(), gradient);
    if (!Number.isFinite(loss))
      throw new Error(`SGD diverged at step ${step}: loss ${loss} with learning rate ${learningRate}`);
    for (let k = 0; k < current.length; k++) current[k] -= learningRate * gradient[k];
  }
  return current;
}
