import { batchSampler } from "../../data/batches.ts";
import type { NetworkModel } from "../../models/network/network.ts";
import type { RandomStream } from "../../random/stream.ts";
import { mean } from "../rows.ts";
import { looks, stride } from "./setting.ts";

export interface Station {
  /** Name of the look. */
  readonly theta: string;
  readonly step: number;
  readonly parameters: Float64Array;
}

/** Losses beyond this many times that of f = 0 are those of a run that does not come back. */
const lost = 1e3;

/**
 * SGD from `start` on batches drawn with replacement: the first θ found below each look's share of `unit`, the loss of f = 0;
 * the last look also when the steps are spent. Ends early, with what it has, where the loss leaves all bounds.
 */
export function* course(
  model: NetworkModel,
  start: Float64Array,
  options: {
    readonly unit: number;
    /** Asked for at every step. */
    readonly learningRate: () => number;
    readonly batchSize: number;
    readonly maxSteps: number;
    readonly stream: RandomStream;
  },
): Generator<Station> {
  const { unit, learningRate, batchSize, maxSteps, stream } = options;
  const nextBatch = batchSampler({ samples: model.samples, batchSize, stream });
  const trainer = model.trainer(start, batchSize);
  try {
    for (let step = 0, next = 0; next < looks.length; step++) {
      if (step % stride === 0 || step === maxSteps) {
        const parameters = Float64Array.from(trainer.theta);
        const loss = lossAt(model, parameters) / unit;
        if (!(loss < lost)) return;
        for (; next < looks.length && loss <= looks[next].share; next++) {
          yield { theta: looks[next].theta, step, parameters };
        }
        if (step === maxSteps) {
          if (next < looks.length) yield { theta: looks[looks.length - 1].theta, step, parameters };
          return;
        }
      }
      trainer.descend(nextBatch(), learningRate());
    }
  } finally {
    trainer.release();
  }
}

/** L(θ) over all samples. */
function lossAt(model: NetworkModel, theta: Float64Array): number {
  return mean([...(model.linearize(theta).loss?.sampleLosses ?? [])]);
}
