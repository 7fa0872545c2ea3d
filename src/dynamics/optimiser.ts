import type { FloatArray } from "../linalg/matrix.ts";
import type { VectorMath } from "../linalg/vectorMath.ts";
import type { Trainer } from "../models/network/trainer.ts";

/** What PyTorch's SGD takes beside the learning rate. */
export interface OptimiserOptions {
  /** Default 0. */
  readonly momentum?: number;
  /** Default false; without momentum it changes nothing. */
  readonly nesterov?: boolean;
  /** λ of the added (λ/2)‖θ‖². Default 0. */
  readonly weightDecay?: number;
  /**
   * Waited for between the parts of a batch that is larger than the trainer takes; what it throws ends the step, with θ as
   * before.
   */
  readonly pause?: (() => Promise<void>) | undefined;
}

/** θ of a trainer under gradient descent; batches and learning rates come from outside. */
export interface Optimiser {
  /** What of the past the next step depends on beside θ, length p; absent without momentum. */
  readonly velocity: FloatArray | undefined;
  /**
   * One step on a batch of any size, sample indices with repeats allowed; returns the mean loss of the batch before it, without
   * the weight decay's part, as a promise where the batch is larger than the trainer takes at once. Throws a RangeError on a
   * batch that is empty or has an index outside [0, n).
   */
  step(batch: Int32Array, learningRate: number): number | Promise<number>;
}

/**
 * Gradient descent as PyTorch's SGD has it, on the trainer's θ in place: d = g + λθ, velocity ← momentum·velocity + d,
 * θ ← θ − η·velocity (Nesterov: θ − η·(d + momentum·velocity)). Throws a RangeError unless momentum is in [0, 1) and
 * weightDecay finite and at least 0.
 */
export function gradientDescent(
  trainer: Trainer,
  math: VectorMath,
  options: OptimiserOptions = {},
): Optimiser {
  const { momentum = 0, nesterov = false, weightDecay = 0, pause } = options;
  if (!(momentum >= 0 && momentum < 1)) {
    throw new RangeError(`momentum: expected a number in [0, 1), got ${momentum}`);
  }
  if (!(weightDecay >= 0 && weightDecay < Infinity)) {
    throw new RangeError(`weightDecay: expected a finite number of at least 0, got ${weightDecay}`);
  }
  const { theta, capacity } = trainer;
  const velocity = momentum > 0 ? trainer.allocate() : undefined;
  const plain = !velocity && weightDecay === 0;
  // made when first needed: plain steps on small batches need neither
  let direction: FloatArray | undefined;
  let part: FloatArray | undefined;

  /** θ moves by the gradient in `along`, which is overwritten. */
  const move = (along: FloatArray, learningRate: number): void => {
    if (weightDecay > 0) math.axpy(weightDecay, theta, along);
    if (!velocity) {
      math.axpy(-learningRate, along, theta);
      return;
    }
    // velocity ← momentum·velocity + d, as velocity − (1 − momentum)·velocity + d
    math.axpy(momentum - 1, velocity, velocity);
    math.axpy(1, along, velocity);
    if (nesterov) math.axpy(-learningRate, along, theta);
    math.axpy(nesterov ? -learningRate * momentum : -learningRate, velocity, theta);
  };
  const inParts = async (batch: Int32Array, learningRate: number): Promise<number> => {
    direction ??= trainer.allocate();
    part ??= trainer.allocate();
    direction.fill(0);
    let loss = 0;
    for (let start = 0; start < batch.length; start += capacity) {
      const samples = batch.subarray(start, start + capacity);
      const share = samples.length / batch.length;
      loss += share * trainer.gradient(samples, part);
      math.axpy(share, part, direction);
      await pause?.();
    }
    move(direction, learningRate);
    return loss;
  };

  return {
    velocity,
    step(batch, learningRate) {
      if (batch.length > capacity) return inParts(batch, learningRate);
      if (plain) return trainer.descend(batch, learningRate);
      direction ??= trainer.allocate();
      const loss = trainer.gradient(batch, direction);
      move(direction, learningRate);
      return loss;
    },
  };
}
