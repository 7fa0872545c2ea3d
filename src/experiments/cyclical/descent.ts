import { batchSampler } from "../../data/batches.ts";
import type { Schedule } from "../../dynamics/schedules.ts";
import type { Model } from "../../models/model.ts";
import type { RandomStream } from "../../random/stream.ts";

/** Overwrites `gradient` with the direction of the next step at θ and returns the loss that it saw. */
export type Gradient = (theta: Float64Array, gradient: Float64Array) => number;

/** Where the gradients of a run come from. */
export type Estimator = (model: Model, batchSize: number, stream: RandomStream) => Gradient;

/** SGD: batches with replacement. */
export const minibatches: Estimator = (model, batchSize, stream) => {
  const nextBatch = batchSampler({ samples: model.samples, batchSize, stream });
  return (theta, gradient) => model.gradient(theta, nextBatch(), gradient);
};

/** GD: all samples at every step. */
export const allSamples: Estimator = (model) => {
  const all = Int32Array.from({ length: model.samples }, (_, i) => i);
  return (theta, gradient) => model.gradient(theta, all, gradient);
};

/**
 * θ after 0, 1, 2, … steps, without end, or until a loss is not below `limit`. The array is overwritten by the next step.
 */
export function* descent(options: {
  readonly start: Float64Array;
  readonly gradient: Gradient;
  readonly schedule: Schedule;
  readonly limit: number;
}): Generator<Float64Array, void> {
  const { start, gradient, schedule, limit } = options;
  const theta = start.slice();
  const direction = new Float64Array(theta.length);
  for (let step = 0; ; step++) {
    yield theta;
    if (!(gradient(theta, direction) < limit)) return;
    const learningRate = schedule(step);
    for (let k = 0; k < theta.length; k++) theta[k] -= learningRate * direction[k];
  }
}
