import { batchSampler } from "../../data/batches.ts";
import type { Kernels } from "../../linalg/kernels/kernels.ts";
import type { NetworkModel } from "../../models/network/network.ts";
import { meanLoss } from "../../models/samples.ts";
import type { RandomStream } from "../../random/stream.ts";
import { type Minimum, minimumAt } from "./minimum.ts";

/** Steps between two looks at the whole loss. */
const stride = 50;

export interface DescentOptions {
  /** With replacement. */
  readonly batchSize: number;
  readonly learningRate: number;
  /** Ends where the loss over all samples is at most this. */
  readonly loss: number;
  readonly maxSteps: number;
  readonly stream: RandomStream;
}

/** SGD at one learning rate until its loss is low: θ, and whether it came so far. */
export function descendTo(
  model: NetworkModel,
  start: Float64Array,
  { batchSize, learningRate, loss, maxSteps, stream }: DescentOptions,
): { readonly theta: Float64Array; readonly arrived: boolean; readonly steps: number } {
  const nextBatch = batchSampler({ samples: model.samples, batchSize, stream });
  const trainer = model.trainer(start, batchSize);
  const look = () => {
    const theta = Float64Array.from(trainer.theta);
    return { theta, loss: lossAt(model, theta) };
  };
  let steps = 0;
  let at = look();
  while (at.loss > loss && steps < maxSteps) {
    for (const end = Math.min(steps + stride, maxSteps); steps < end; steps++) {
      trainer.descend(nextBatch(), learningRate);
    }
    at = look();
  }
  trainer.release();
  return { theta: at.theta, arrived: at.loss <= loss, steps };
}

/** L(θ) over all samples. */
export function lossAt(model: NetworkModel, theta: Float64Array): number {
  return meanLoss(
    model.predict(theta).map((output, i) => output - model.targets[i]),
    model.samples,
  );
}

/**
 * A point θ* of low loss as SGD leaves it, with residuals r, seen to first order: f(θ) − y = r + J(θ − θ*). Where the parameters
 * are more than the samples, some θ* − Vw takes that to 0. It is the origin of the minimum's coordinates, in which the quadratic
 * loss is ½ Σ λ_k w_k².
 */
export interface TrainedMinimum {
  readonly minimum: Minimum;
  /** Where θ* itself is: w_k = X_kᵀr/(nλ_k). */
  readonly start: Float64Array;
}

export async function trainedMinimum(
  model: NetworkModel,
  theta: Float64Array,
  kernels: Kernels,
): Promise<TrainedMinimum> {
  const at = await minimumAt(model, theta, kernels);
  const { rows, rank, eigenvalues, samples } = at.problem;
  const residuals = model.predict(theta).map((output, i) => output - model.targets[i]);
  const start = eigenvalues.map((eigenvalue, k) => {
    let along = 0;
    for (let i = 0; i < residuals.length; i++) along += rows.data[i * rank + k] * residuals[i];
    return along / (samples * eigenvalue);
  });
  return {
    start,
    minimum: {
      ...at,
      displaced: (w) => at.displaced(w.map((value, k) => value - start[k])),
      coordinates: (where) => at.coordinates(where).map((value, k) => value + start[k]),
    },
  };
}
