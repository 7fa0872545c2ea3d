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
  const batchTargets = new Float64Array(capacity * outputSize);
  const residuals = new Float64Array(capacity * outputSize);
  const losses = new Float64Array(capacity);
  const cotangent = math.allocate(precision, capacity * outputSize);

  /** Runs forward on the batch, leaves residuals in `cotangent` and returns the mean loss. */
  const forward = (batch: Int32Array): number => {
    const count = batch.length;
    requireBatch(inputs.count, batch);
    if (count > capacity) throw new RangeError(`batch: expected at most ${capacity} samples, got ${count}`);
    inputs.read(batch, evaluation.input(count));
    for (let k = 0; k < count; k++) {
      const start = batch[k] * outputSize;
      for (let c = 0; c < outputSize; c++) batchTargets[k * outputSize + c] = targets[start + c];
    }
    const size = count * outputSize;
    const outputs = evaluation.forward(theta, count);
    const sampleLosses = losses.subarray(0, count);
    loss.evaluate(outputs, batchTargets.subarray(0, size), residuals.subarray(0, size), sampleLosses);
    cotangent.set(residuals.subarray(0, size));
    let sum = 0;
    for (let k = 0; k < count; k++) sum += sampleLosses[k];
    return sum / count;
  };
  const backward = (count: number, scale: number, gradient: FloatArray) =>
    evaluation.vjp(cotangent.subarray(0, count * outputSize), scale / count, gradient);

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
