import { sgd, type Trainable } from "../dynamics/sgd.ts";
import type { Model } from "../models/model.ts";
import { meanLoss as meanSquareLoss } from "../models/samples.ts";
import type { RandomStream } from "../random/stream.ts";

export interface TrainingOptions {
  readonly learningRate: number;
  readonly batchSize: number;
  /** Stops once the loss is at most this share of where it began: low, but never so low that residuals vanish. */
  readonly lossShare: number;
  readonly maxSteps: number;
  readonly stream: RandomStream;
}

/** Steps between two looks at the whole loss. */
const stride = 10;

/** Trains by SGD until the loss has fallen far enough or the steps are spent: θ "along training". */
export function trainTowards(model: Model, theta: Float64Array, options: TrainingOptions): Float64Array {
  return trainByLoss(model, (at) => meanLoss(model, at), theta, options);
}

/** The same with L over all samples given, where there is a quicker way than by the model's residuals. */
export function trainByLoss(
  model: Trainable,
  lossAt: (theta: Float64Array) => number,
  theta: Float64Array,
  options: TrainingOptions,
): Float64Array {
  const { learningRate, batchSize, lossShare, maxSteps, stream } = options;
  let loss = lossAt(theta);
  const target = lossShare * loss;
  let current = theta;
  for (let step = 0; step < maxSteps && loss > target; step += stride) {
    current = sgd(model, current, {
      learningRate,
      batchSize,
      steps: stride,
      stream: stream.split("steps", step),
    });
    loss = lossAt(current);
  }
  return current;
}

/** L(θ) over all samples. */
export function meanLoss(model: Model, theta: Float64Array): number {
  const { residuals, samples } = model.linearize(theta);
  return meanSquareLoss(residuals, samples);
}
