import type { Kernels } from "../../linalg/kernels/kernels.ts";
import type { FloatArray } from "../../linalg/matrix.ts";
import type { Precision, VectorMath } from "../../linalg/vectorMath.ts";
import type { HessianLinearization, SampledGramLinearization } from "../linearization.ts";
import { requireLength } from "../requireLength.ts";
import type { Chunk, Chunks } from "./chunks.ts";
import { copyNumbers } from "./copyNumbers.ts";
import { structuredGram } from "./gram/structuredGram.ts";
import { type Graph, parameterCount } from "./graph.ts";
import type { Loss } from "./losses.ts";
import { sizeOf } from "./shape.ts";

export interface LinearizationContext {
  readonly graph: Graph;
  readonly targets: Float64Array;
  readonly loss: Loss;
  readonly samples: number;
  readonly chunks: Chunks;
  readonly kernels: Kernels;
  readonly math: VectorMath;
  readonly precision: Precision;
  readonly memoryLimit: number;
  readonly onProgress?: ((fraction: number) => void | Promise<void>) | undefined;
}

export interface NetworkLinearization extends HessianLinearization, SampledGramLinearization {
  /** f(x_i;θ), length n·C, sample-major. */
  readonly predictions: Float64Array;
}

/**
 * The network to first and second order at θ. Residuals are ∂ℓ_i/∂f_i, J is the Jacobian of the raw outputs f. Every
 * product is one sweep over the samples in chunks; the activations of a data set that fits in one chunk are kept.
 */
export function networkLinearization(
  context: LinearizationContext,
  theta: Float64Array,
): NetworkLinearization {
  const { graph, targets, loss, samples, chunks, math, precision } = context;
  const { evaluation } = chunks;
  const outputs = sizeOf(graph.output.shape);
  const parameters = parameterCount(graph);
  const size = samples * outputs;
  const inPrecision = (values: Float64Array): FloatArray => {
    const result = math.allocate(precision, values.length);
    copyNumbers(values, result);
    return result;
  };
  const point = theta.slice();
  const residuals = new Float64Array(size);
  const sampleLosses = new Float64Array(samples);
  const predictions = new Float64Array(size);
  for (const { start, count, outputs: values } of chunks.sweep(point)) {
    const [from, to] = [start * outputs, (start + count) * outputs];
    predictions.set(values, from);
    const chunkLosses = sampleLosses.subarray(start, start + count);
    loss.evaluate(values, targets.subarray(from, to), residuals.subarray(from, to), chunkLosses);
  }

  /** Sums what `add` leaves in a zeroed array of length p for each chunk, in float64. */
  const overChunks = (add: (chunk: Chunk, gradient: FloatArray) => void) => {
    let total: Float64Array | undefined;
    for (const chunk of chunks.sweep(point)) {
      const part = math.allocate(precision, parameters);
      add(chunk, part);
      if (total) for (let k = 0; k < parameters; k++) total[k] += part[k];
      else total = new Float64Array(part);
      math.release(part);
    }
    return total!;
  };
  /** A chunk's numbers of an n·C array, in the network's precision. */
  const chunkOf = (all: Float64Array, { start, count }: Chunk): FloatArray =>
    precision === "float64"
      ? all.subarray(start * outputs, (start + count) * outputs)
      : new Float32Array(all.subarray(start * outputs, (start + count) * outputs));

  /** Whose residuals the evaluation has swept back already. */
  let atAdjoint: Chunk | undefined;

  const gramOfSelection = (chosen: Int32Array, split?: number) =>
    structuredGram({
      ...context,
      samples: chosen.length,
      // a copy: what was computed for a selection is kept for as long as it is the same array
      chunks: chunks.of(chosen.slice()),
      theta: point,
      outputs,
      ...(split !== undefined && { split }),
      onProgress: undefined,
    });

  return {
    samples,
    outputs,
    parameters,
    predictions,
    residuals,
    loss: { kind: loss.kind, sampleLosses },
    jvp(direction) {
      requireLength("direction", direction, parameters);
      const along = inPrecision(direction);
      const image = new Float64Array(size);
      for (const { start } of chunks.sweep(point)) image.set(evaluation.jvp(along), start * outputs);
      math.release(along);
      return image;
    },
    vjp(weights) {
      requireLength("weights", weights, size);
      return overChunks((chunk, gradient) => evaluation.vjp(chunkOf(weights, chunk), 1, gradient));
    },
    hvp(direction) {
      requireLength("direction", direction, parameters);
      const along = inPrecision(direction);
      const product = overChunks((chunk, gradient) => {
        const change = Float64Array.from(evaluation.jvp(along));
        loss.hessianProduct(chunk.outputs, change, chunk.count);
        if (chunk !== atAdjoint) {
          evaluation.adjoint(chunkOf(residuals, chunk));
          atAdjoint = chunk;
        }
        const cotangent = precision === "float64" ? change : Float32Array.from(change);
        evaluation.vjpTangent(cotangent, 1 / samples, gradient);
      });
      math.release(along);
      return product;
    },
    gram: () => structuredGram({ ...context, theta: point, outputs }),
    gramOf: (chosen) => gramOfSelection(chosen),
    gramBetween(rows, columns) {
      const both = new Int32Array(rows.length + columns.length);
      both.set(rows);
      both.set(columns, rows.length);
      return gramOfSelection(both, rows.length);
    },
  };
}
