import { batchSampler } from "../data/batches.ts";
import type { Interval } from "../geometry/interval.ts";
import type { Undefined } from "../geometry/undefined.ts";
import type { RandomStream } from "../random/stream.ts";
import type { SgdStep } from "./secondMoment.ts";

/** One step of SGD, taken many times over from one point. */
export interface StepDraws extends SgdStep {
  /** How many batches are drawn: from two on there is an interval, of fewer it is infinitely wide. */
  readonly batches: number;
  readonly stream: RandomStream;
  /** Waited for between batches that cost more than sums; what it throws ends the work. */
  readonly pause?: (() => Promise<void>) | undefined;
}

/** A mean with its 95 % interval. */
export interface Measured extends Interval {
  readonly mean: number;
}

/** The batches, each valid until the next. Throws a RangeError on a batch size that does not fit the samples. */
export function* drawnBatches(samples: number, draws: StepDraws): Generator<Int32Array> {
  const next = batchSampler({ ...draws, samples });
  for (let k = 0; k < draws.batches; k++) yield next();
}

/** Measured over predicted, and its interval. Undefined where the prediction is 0 or the measured mean not finite. */
export function ratioOf({ mean, low, high }: Measured, prediction: number): Measured | Undefined {
  if (prediction === 0) return { undefined: "the gradients of all batches agree: the step has no noise" };
  if (!Number.isFinite(mean)) return { undefined: "the step leaves the finite numbers" };
  const ends = [low / prediction, high / prediction] as const;
  return { mean: mean / prediction, low: Math.min(...ends), high: Math.max(...ends) };
}
