/**
 * The one-step law of the loss (docs/theory.md §4): from θ, the noise of a batch adds on average
 * E L(θ − ηg_B) − L(θ − η∇L) = (η²c/2)·Tr(HΣ) to the loss, up to η³.
 */
import { lossAlignment } from "../geometry/alignment.ts";
import { meanInterval } from "../geometry/interval.ts";
import { noiseSummary } from "../geometry/noise.ts";
import type { GeometryPoint } from "../geometry/point.ts";
import { isDefined } from "../geometry/undefined.ts";
import type { Model } from "../models/model.ts";
import { batchNoise } from "./batchNoise.ts";
import { drawnBatches, type Measured, type StepDraws } from "./drawnBatches.ts";
import { lossKicks } from "./lossKicks.ts";
import type { SgdStep } from "./secondMoment.ts";

/** The measured increase of the loss by one noisy step, in units of the loss. docs/theory.md §4, §8. */
export interface LossIncrease {
  /** Mean over batches of the increase, by the estimate whose first-order term is taken out. */
  readonly centred: Measured;
  /** Over the same batches without taking anything out: a wider interval, by far where η is small. */
  readonly plain: Measured;
}

/**
 * Measures the increase of the loss by noise on batches drawn anew from θ (length p), on the model's own loss. Intervals are
 * 95 % Student over batches, which are independent; with batches of few samples whose residuals have heavy tails they are too
 * short. Throws a RangeError on a batch size that does not fit, and what the model does, at θ or where a step leads.
 */
export async function measureLossIncrease(
  model: Model,
  theta: Float64Array,
  draws: StepDraws,
): Promise<LossIncrease> {
  const kick = await lossKicks(model, theta, draws.learningRate);
  const centred: number[] = [];
  const plain: number[] = [];
  for (const batch of drawnBatches(model.samples, draws)) {
    await draws.pause?.();
    const own = kick(batch);
    centred.push(own.centred);
    plain.push(own.plain);
  }
  return { centred: meanInterval(centred), plain: meanInterval(plain) };
}

/**
 * (η²c/2)·Tr(AΣ) from that trace and n: with the Hessian A = H, exact to second order (`hessianNoiseTrace`; docs/theory.md §4).
 * Throws as `batchNoise` does.
 */
export function secondOrderIncrease(trace: number, samples: number, step: SgdStep): number {
  return (step.learningRate ** 2 * batchNoise(samples, step) * trace) / 2;
}

/** What alignment predicts for the increase of the loss by one step, in units of the loss. docs/theory.md §4. */
export interface LossPrediction {
  /** η²c·μ·L·‖G‖_F² = (η²c/2)·Tr(GΣ) [WW]: exact to second order where H = G, as at a minimum without residuals. */
  readonly aligned: number;
  /** η²c·L·‖G‖_F²: the same with μ = 1, of noise Σ = 2L·G. */
  readonly decoupled: number;
}

/**
 * What the alignment of noise and geometry says of the increase; 0 where there is no loss or no geometry (docs/theory.md §4).
 * Elsewhere it throws as `batchNoise` does.
 */
export function predictLossIncrease(point: GeometryPoint, step: SgdStep): LossPrediction {
  const alignment = lossAlignment(point);
  // without loss or geometry there is no noise to align
  if (!isDefined(alignment)) return { aligned: 0, decoupled: 0 };
  const { loss, gaussNewtonFrobenius } = noiseSummary(point);
  const decoupled = secondOrderIncrease(2 * loss * gaussNewtonFrobenius ** 2, point.samples, step);
  return { aligned: alignment.covariance * decoupled, decoupled };
}
