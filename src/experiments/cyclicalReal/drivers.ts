import { batchSampler } from "../../data/batches.ts";
import type { FloatArray } from "../../linalg/matrix.ts";
import type { NetworkModel } from "../../models/network/network.ts";
import type { RandomStream } from "../../random/stream.ts";

/** A network on its way. */
interface Driver {
  /** θ, which the next step overwrites. */
  readonly theta: FloatArray;
  /** One step; returns the loss that it saw before. */
  step(learningRate: number): number;
  release(): void;
}

/** How a network moves from a θ on. */
export type Driving = (
  model: NetworkModel,
  start: Float64Array,
  batchSize: number,
  stream: RandomStream,
) => Driver;

/** Batches with replacement. */
export const stochastic: Driving = (model, start, batchSize, stream) => {
  const nextBatch = batchSampler({ samples: model.samples, batchSize, stream });
  const trainer = model.trainer(start, batchSize);
  return { ...trainer, step: (learningRate) => trainer.descend(nextBatch(), learningRate) };
};

/** All samples at every step. */
export const deterministic: Driving = (model, start) => {
  const all = Int32Array.from({ length: model.samples }, (_, i) => i);
  const trainer = model.trainer(start, model.samples);
  return { ...trainer, step: (learningRate) => trainer.descend(all, learningRate) };
};
