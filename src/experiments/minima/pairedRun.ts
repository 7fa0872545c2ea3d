import { batchSampler } from "../../data/batches.ts";
import type { SgdStep } from "../../dynamics/secondMoment.ts";
import type { Trainer } from "../../models/network/trainer.ts";
import type { RandomStream } from "../../random/stream.ts";
import { linearisedStep } from "./linearisedStep.ts";
import type { Minimum } from "./minimum.ts";

/** How a network moves by one batch. */
export type Descend = (trainer: Trainer, batch: Int32Array, learningRate: number) => void;

/** As SGD does. */
export const descend: Descend = (trainer, batch, learningRate) => {
  trainer.descend(batch, learningRate);
};

/** A moment of a run: w = Vᵀ(θ − θ*) of the network, and of the linearised problem on the same batches. */
export interface Pair {
  readonly network: Float64Array;
  readonly linearised: Float64Array;
}

export interface PairedRunOptions extends SgdStep {
  /** w_0 */
  readonly start: Float64Array;
  /** Of the batches. */
  readonly stream: RandomStream;
  readonly descend: Descend;
}

/**
 * A network's own run from θ* + Vw_0 beside the linearised one, without end: the start, then the two after each step. θ is the
 * trainer's.
 */
export function* pairedRun(
  { problem, displaced, coordinates }: Minimum,
  trainer: Trainer,
  { start, learningRate, descend, ...batches }: PairedRunOptions,
): Generator<Pair, never> {
  const nextBatch = batchSampler({ ...batches, samples: problem.samples });
  const step = linearisedStep(problem);
  const linearised = start.slice();
  trainer.theta.set(displaced(start));
  for (;;) {
    yield { network: coordinates(trainer.theta), linearised: linearised.slice() };
    const batch = nextBatch();
    descend(trainer, batch, learningRate);
    step(linearised, batch, learningRate);
  }
}
