import { arrayInputs, type InputBlocks } from "../../data/dataset/inputBlocks.ts";
import { InputError } from "../../inputError.ts";
import type { Kernels } from "../../linalg/kernels/kernels.ts";
import type { FloatArray } from "../../linalg/matrix.ts";
import type { Precision, VectorMath } from "../../linalg/vectorMath.ts";
import type { RandomStream } from "../../random/stream.ts";
import { whitenedLinearization } from "../crossEntropy.ts";
import type { HessianLinearization, SampledGramLinearization } from "../linearization.ts";
import type { Model } from "../model.ts";
import { requireLength } from "../requireLength.ts";
import { type Chunks, chunkSize, chunks } from "./chunks.ts";
import { type Graph, parameterCount } from "./graph.ts";
import type { Loss } from "./losses.ts";
import { networkLinearization } from "./networkLinearization.ts";
import { owningMath } from "./owningMath.ts";
import { describeShape, sizeOf } from "./shape.ts";
import { type Trainer, trainer } from "./trainer.ts";

/** A network with the samples that it is measured or trained on. */
export interface NetworkOptions {
  readonly graph: Graph;
  /** n samples, each of the graph's input shape: one after another in an array, or read where they are needed. Not copied: must not change. */
  readonly inputs: FloatArray | InputBlocks;
  /** n·C numbers, sample-major, as the loss wants them. Not copied. */
  readonly targets: Float64Array;
  readonly loss: Loss;
  /** θ to start from, length p. */
  readonly initialize: (stream: RandomStream) => Float64Array;
  readonly kernels: Kernels;
  readonly math: VectorMath;
  /** Of weights, activations and products; losses, sums over samples and the Gram matrix are float64 either way. Default float64. */
  readonly precision?: Precision;
  /** Bytes for the activations of as many samples at once as fit, and again for a Gram matrix's factors or the cotangents of a Hessian product; default 128 MiB. */
  readonly memoryLimit?: number;
  /** Of a Gram matrix: the share of backward sweeps done. What it throws ends the work; a promise is waited for. */
  readonly onProgress?: (fraction: number) => void | Promise<void>;
}

export const defaultMemoryLimit = 128 * 2 ** 20;

/** A network with its data. θ holds the parameters one after another in the order of `graph.parameters`. */
export interface NetworkModel extends Model {
  readonly graph: Graph;
  readonly targets: Float64Array;
  readonly loss: Loss;
  readonly precision: Precision;
  /**
   * With cross-entropy, of the least-squares problem that has its gradients and its G (`whitenedLinearization`, whose
   * InputErrors it throws: the targets have to be probabilities). Its K is formed as in docs/theory.md §2, structured Gram.
   */
  linearize(theta: Float64Array): HessianLinearization & SampledGramLinearization;
  /** f(x_i;θ) of all samples, n·C, sample-major; logits with cross-entropy. */
  predict(theta: Float64Array): Float64Array;
  /** For many steps with batches of at most one size, without the conversions of `gradient`. */
  trainer(theta: Float64Array, batchSize: number): Trainer;
  /** Gives the memory of all that was made here back: linearizations and trainers must not be used afterwards. */
  release(): void;
}

/**
 * A network on data. Throws an InputError where inputs or targets do not fit the graph, and where targets or an array of
 * inputs are not finite; `InputBlocks` are taken as finite.
 */
export function networkModel(options: NetworkOptions): NetworkModel {
  const { graph, targets, loss, kernels, onProgress } = options;
  const { precision = "float64", memoryLimit = defaultMemoryLimit } = options;
  const inputs = checkedInputs(graph, options.inputs);
  const samples = inputs.count;
  checkTargets(graph, samples, targets);
  const outputs = sizeOf(graph.output.shape);
  const parameters = parameterCount(graph);
  const { math, releaseAll } = owningMath(options.math);
  const context = { kernels, math, precision };
  const data = { graph, inputs, targets, loss };

  // made when first needed: a model that only trains never holds the activations of all its samples
  let whole: Chunks | undefined;
  const allSamples = () => {
    const capacity = chunkSize(graph, precision, samples, memoryLimit);
    whole ??= chunks(graph, inputs, { ...context, capacity });
    return whole;
  };
  let batches: Trainer | undefined;
  const atBatch = (theta: Float64Array, batchSize: number): Trainer => {
    if (!batches || batches.capacity < batchSize) {
      batches?.release();
      batches = trainer(data, theta, { ...context, capacity: Math.max(1, batchSize) });
    }
    batches.theta.set(theta);
    return batches;
  };

  return {
    samples,
    outputs,
    parameters,
    graph,
    targets,
    loss,
    precision,
    initialize: options.initialize,
    linearize(theta) {
      requireLength("theta", theta, parameters);
      const raw = networkLinearization(
        { ...data, ...context, samples, chunks: allSamples(), memoryLimit, onProgress },
        theta,
      );
      return loss.kind === "mse" ? raw : whitenedLinearization({ ...raw, logits: raw.predictions }, targets);
    },
    predict(theta) {
      requireLength("theta", theta, parameters);
      const values = new Float64Array(samples * outputs);
      for (const chunk of allSamples().sweep(theta.slice())) values.set(chunk.outputs, chunk.start * outputs);
      return values;
    },
    gradient(theta, batch, gradient) {
      requireLength("theta", theta, parameters);
      requireLength("gradient", gradient, parameters);
      const at = atBatch(theta, batch.length);
      const own = math.allocate(precision, parameters);
      try {
        const mean = at.gradient(batch, own);
        gradient.set(own);
        return mean;
      } finally {
        math.release(own);
      }
    },
    trainer(theta, batchSize) {
      requireLength("theta", theta, parameters);
      return trainer(data, theta, { ...context, capacity: Math.max(1, batchSize) });
    },
    release() {
      whole = undefined;
      batches = undefined;
      releaseAll();
    },
  };
}

/** Blocks of inputs are finite already. */
function checkedInputs({ input: shape }: Graph, inputs: FloatArray | InputBlocks): InputBlocks {
  const width = sizeOf(shape);
  const expected = `inputs: expected samples of shape ${describeShape(shape)}, ${width} numbers each`;
  if ("read" in inputs) {
    if (inputs.width !== width) throw new InputError(`${expected}, got ${inputs.width}`);
    return inputs;
  }
  if (inputs.length === 0 || inputs.length % width !== 0) {
    throw new InputError(`${expected}, got ${inputs.length} numbers`);
  }
  requireFinite("inputs", inputs, width);
  return arrayInputs(inputs, width);
}

function checkTargets(graph: Graph, samples: number, targets: Float64Array): void {
  const outputs = sizeOf(graph.output.shape);
  if (targets.length !== samples * outputs) {
    throw new InputError(
      `targets: expected ${outputs} for each of ${samples} samples, as many as the network has outputs, got ${targets.length} numbers`,
    );
  }
  requireFinite("targets", targets, outputs);
}

/** `each`: numbers of a sample. */
function requireFinite(name: string, values: FloatArray, each: number): void {
  for (let k = 0; k < values.length; k++) {
    if (Number.isFinite(values[k])) continue;
    throw new InputError(
      `${name}: expected finite numbers, got ${values[k]} in sample ${Math.floor(k / each)}: drop or repair that sample`,
    );
  }
}
