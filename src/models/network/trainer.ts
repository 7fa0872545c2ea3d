import type { InputBlocks } from "../../data/dataset/inputBlocks.ts";
import type { FloatArray } from "../../linalg/matrix.ts";
import { requireBatch } from "../samples.ts";
import { type EvaluationOptions, evaluate } from "./evaluation.ts";
import { type Graph, parameterCount } from "./graph.ts";
import type { Loss } from "./losses.ts";

/**
 * Parameters in training: the state of an optimiser that takes batches of at most one size. Batches are indices of samples,
 * repeats allowed; one that is empty or larger, or an index outside 0 … n−1, throws a RangeError.
 */
export interface Trainer {
  /** Most samples in a batch. */
  readonly capacity: number;
  /** θ, length p, in the network's precision; may be written to between steps. */
  readonly theta: FloatArray;
  /**
   * Overwrites `gradient` (length p, in the network's precision) with the mean gradient over the batch, at θ, and returns
   * the mean loss.
   */
  gradient(batch: Int32Array, gradient: FloatArray): number;
  /** θ ← θ − learningRate·∇L_batch without forming the gradient; returns the mean loss before the step. */
  descend(batch: Int32Array, learningRate: number): number;
  /** An array of length p in the network's precision, on which vector work is fast; the model's `release` gives it back. */
  allocate(): FloatArray;
  /** Gives its memory back. */
  release(): void;
}

export interface TrainerData {
  readonly graph: Graph;
  readonly inputs: InputBlocks;
  readonly targets: Float64Array;
  readonly loss: Loss;
}

export function trainer(
  { graph, inputs, targets, loss }: TrainerData,
  start: Float64Array,
  options: EvaluationOptions,
): Trainer {
  const { math, precision, capacity } = options;
  const evaluation = evaluate(graph, options);
  const { outputSize } = evaluation;
  const theta = math.allocate(precision, parameterCount(graph));
  theta.set(start);
  const shared = sharesParameters(graph);
  const step = shared ? math.allocate(precision, theta.length) : undefined;
  const cotangent = math.allocate(precision, capacity * outputSize);
  const arrays = {
    targets: new Float64Array(capacity * outputSize),
    residuals: new Float64Array(capacity * outputSize),
    losses: new Float64Array(capacity),
    cotangent,
  };
  // views for the last size of a batch: in a step of a small network new ones would cost more than its arithmetic
  let views = { count: capacity, input: evaluation.input(capacity), ...arrays };
  const viewsOf = (count: number) => {
    if (count === views.count) return views;
    const size = count * outputSize;
    views = {
      count,
      input: evaluation.input(count),
      targets: arrays.targets.subarray(0, size),
      residuals: arrays.residuals.subarray(0, size),
      losses: arrays.losses.subarray(0, count),
      cotangent: cotangent.subarray(0, size),
    };
    return views;
  };

  /** Runs forward on the batch, leaves residuals in `cotangent` and returns the mean loss. */
  const forward = (batch: Int32Array): number => {
    const count = batch.length;
    requireBatch(inputs.count, batch);
    if (count > capacity) throw new RangeError(`batch: expected at most ${capacity} samples, got ${count}`);
    const at = viewsOf(count);
    inputs.read(batch, at.input);
    for (let k = 0; k < count; k++) {
      const start = batch[k] * outputSize;
      for (let c = 0; c < outputSize; c++) at.targets[k * outputSize + c] = targets[start + c];
    }
    const outputs = evaluation.forward(theta, count);
    loss.evaluate(outputs, at.targets, at.residuals, at.losses);
    at.cotangent.set(at.residuals);
    let sum = 0;
    for (let k = 0; k < count; k++) sum += at.losses[k];
    return sum / count;
  };
  const backward = (count: number, scale: number, gradient: FloatArray) =>
    evaluation.vjp(viewsOf(count).cotangent, scale / count, gradient);

  return {
    capacity,
    theta,
    gradient(batch, gradient) {
      const mean = forward(batch);
      gradient.fill(0);
      backward(batch.length, 1, gradient);
      return mean;
    },
    descend(batch, learningRate) {
      const mean = forward(batch);
      if (step) {
        // a shared parameter is still read after its first part of the gradient is known
        step.fill(0);
        backward(batch.length, -learningRate, step);
        math.axpy(1, step, theta);
      } else {
        backward(batch.length, -learningRate, theta);
      }
      return mean;
    },
    allocate: () => math.allocate(precision, theta.length),
    release() {
      evaluation.release();
      for (const array of [theta, step, cotangent]) if (array) math.release(array);
    },
  };
}

function sharesParameters({ nodes }: Graph): boolean {
  const uses = nodes.flatMap(({ parameters }) => parameters);
  return new Set(uses).size < uses.length;
}
