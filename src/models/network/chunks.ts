import type { InputBlocks } from "../../data/dataset/inputBlocks.ts";
import type { FloatArray } from "../../linalg/matrix.ts";
import { copyNumbers } from "./copyNumbers.ts";
import { type Evaluation, type EvaluationOptions, evaluate } from "./evaluation.ts";
import { type Graph, parameterCount } from "./graph.ts";
import { sizeOf } from "./shape.ts";

/** Samples `start` … `start + count − 1`, which the evaluation holds until the sweep goes on. */
export interface Chunk {
  readonly start: number;
  readonly count: number;
  readonly outputs: FloatArray;
}

/** All samples of a data set through one evaluation, as many at a time as fit. */
export interface Chunks {
  readonly evaluation: Evaluation;
  /**
   * The samples in order, with the evaluation at a copy of θ. A chunk that it holds already, for the same θ array, is not
   * computed again: θ must not change once visited. Chunks are of at most `most` samples, or as many as fit.
   */
  sweep(theta: FloatArray, most?: number): Iterable<Chunk>;
  /** Some of the samples as a data set of its own, in this order, through the same evaluation. Not copied. */
  of(samples: Int32Array): Chunks;
}

/** What one sample's arrays of all sweeps take, in bytes. */
export function sampleBytes(graph: Graph, precision: EvaluationOptions["precision"]): number {
  const sizes = graph.nodes.map(({ shape }) => sizeOf(shape));
  const largest = Math.max(sizeOf(graph.input), ...sizes);
  // values and tangents of every node, a handful of cotangents
  const numbers = sizeOf(graph.input) + 2 * sizes.reduce((sum, size) => sum + size, 0) + 6 * largest;
  return numbers * (precision === "float32" ? 4 : 8);
}

/** Samples whose arrays fit in `memoryLimit` bytes, at least one and at most `samples`. */
export function chunkSize(
  graph: Graph,
  precision: EvaluationOptions["precision"],
  samples: number,
  memoryLimit: number,
): number {
  return Math.max(1, Math.min(samples, Math.floor(memoryLimit / sampleBytes(graph, precision))));
}

/** Inputs are read when their chunk comes. */
export function chunks(graph: Graph, inputs: InputBlocks, options: EvaluationOptions): Chunks {
  const evaluation = evaluate(graph, options);
  // one array for whichever θ is at hand, so that linearisations are free to come and go
  const current = options.math.allocate(options.precision, parameterCount(graph));
  let held: (Chunk & { readonly theta: FloatArray; readonly selection: Int32Array | undefined }) | undefined;
  const chunkAt = (theta: FloatArray, start: number, count: number, selection?: Int32Array): Chunk => {
    const sameSamples = held?.selection === selection && held?.start === start && held.count === count;
    if (held && sameSamples && held.theta === theta) return held;
    if (held?.theta !== theta) copyNumbers(theta, current);
    held = undefined;
    if (!sameSamples) {
      const wanted =
        selection?.subarray(start, start + count) ?? Int32Array.from({ length: count }, (_, k) => start + k);
      inputs.read(wanted, evaluation.input(count));
    }
    held = { theta, selection, start, count, outputs: evaluation.forward(current, count) };
    return held;
  };
  const over = (size: number, selection?: Int32Array): Chunks => ({
    evaluation,
    *sweep(theta, most = options.capacity) {
      const step = Math.min(most, options.capacity);
      for (let start = 0; start < size; start += step) {
        yield chunkAt(theta, start, Math.min(step, size - start), selection);
      }
    },
    of: (chosen) => over(chosen.length, chosen),
  });
  return over(inputs.count);
}
