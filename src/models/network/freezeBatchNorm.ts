import { InputError } from "../../inputError.ts";
import type { Kernels } from "../../linalg/kernels/kernels.ts";
import type { FloatArray } from "../../linalg/matrix.ts";
import type { VectorMath } from "../../linalg/vectorMath.ts";
import { requireLength } from "../requireLength.ts";
import { type Graph, inputNode, type Node, parameterCount, parameterOffsets } from "./graph.ts";
import { type BatchNormOptions, batchNormStatistics } from "./operations/batchNorm.ts";
import { owningMath } from "./owningMath.ts";
import { type Shape, sizeOf } from "./shape.ts";

/** Samples that go through a node at once. */
const chunk = 32;

/**
 * Sets the statistics of every batch norm to the mean and variance, per channel, of what reaches it at θ (length p) on
 * these samples (n × the graph's input): the statistics a training-mode pass over all of them would normalise by. The
 * variance is that of the samples, divided by their number. One forward pass in float64, node by node, so that each
 * norm sees those before it frozen already; memory for all samples at the two or three nodes still needed.
 *
 * Throws an InputError where a norm has a single number in a channel, or receives NaN or Inf; a RangeError where θ has
 * another length, or the inputs are no whole number of samples, or none.
 */
export function freezeBatchNorm(
  graph: Graph,
  theta: Float64Array,
  inputs: FloatArray,
  context: { readonly kernels: Kernels; readonly math: VectorMath },
): void {
  requireLength("theta", theta, parameterCount(graph));
  const samples = inputs.length / sizeOf(graph.input);
  if (!(Number.isInteger(samples) && samples >= 1)) {
    throw new RangeError(
      `inputs: expected a multiple of ${sizeOf(graph.input)} numbers, got ${inputs.length}`,
    );
  }
  const { math, releaseAll } = owningMath(context.math);
  try {
    freezeInOrder(graph, theta, inputs, samples, { kernels: context.kernels, math });
  } finally {
    releaseAll();
  }
}

function freezeInOrder(
  graph: Graph,
  theta: Float64Array,
  inputs: FloatArray,
  samples: number,
  { kernels, math }: { readonly kernels: Kernels; readonly math: VectorMath },
): void {
  const { nodes } = graph;
  const held = (numbers: FloatArray) => {
    const array = math.allocate("float64", numbers.length);
    array.set(numbers);
    return array;
  };
  const offsets = parameterOffsets(graph);
  const flat = held(theta);
  const parameters = graph.parameters.map(({ shape }, k) =>
    flat.subarray(offsets[k], offsets[k] + sizeOf(shape)),
  );
  const values = new Map<number, FloatArray>([[inputNode, held(inputs)]]);
  const lastReader = lastReaders(nodes);

  /** What a node gives for all samples. */
  const outputOf = (node: Node): FloatArray => {
    const { math: scratch, releaseAll } = owningMath(math);
    const rule = node.operation.bind(
      node.inputs.map(({ shape }) => shape),
      node.parameters.map((k) => graph.parameters[k].shape),
      { kernels, math: scratch, precision: "float64", capacity: Math.min(chunk, samples) },
    );
    const output = math.allocate("float64", samples * sizeOf(node.shape));
    for (let start = 0; start < samples; start += chunk) {
      const count = Math.min(chunk, samples - start);
      const part = (whole: FloatArray, shape: Shape) =>
        whole.subarray(start * sizeOf(shape), (start + count) * sizeOf(shape));
      rule.forward({
        count,
        inputs: node.inputs.map(({ node: source, shape }) => part(values.get(source)!, shape)),
        parameters: node.parameters.map((k) => parameters[k]),
        output: part(output, node.shape),
      });
    }
    releaseAll();
    return output;
  };

  const lastNorm = nodes.findLastIndex(({ operation }) => batchNormStatistics(operation) !== undefined);
  for (let index = 0; index <= lastNorm; index++) {
    const node = nodes[index];
    const statistics = batchNormStatistics(node.operation);
    if (statistics) {
      const [{ node: source, shape }] = node.inputs;
      writeStatistics(values.get(source)!, shape[0], sizeOf(shape) / shape[0], statistics);
    }
    if (index === lastNorm) return;
    values.set(index, outputOf(node));
    for (const source of new Set(node.inputs.map((value) => value.node))) {
      if (lastReader.get(source) !== index) continue;
      math.release(values.get(source)!);
      values.delete(source);
    }
  }
}

/** The last node that reads each node, by node. */
function lastReaders(nodes: readonly Node[]): Map<number, number> {
  const last = new Map<number, number>();
  for (const [index, { inputs }] of nodes.entries()) for (const { node } of inputs) last.set(node, index);
  return last;
}

/** Mean and variance of each channel of samples × channels × pixels. */
function writeStatistics(
  values: FloatArray,
  channels: number,
  pixels: number,
  { mean, variance }: Pick<BatchNormOptions, "mean" | "variance">,
): void {
  const each = values.length / channels;
  if (each < 2) {
    throw new InputError(
      `${mean.name}: expected at least two numbers a channel to take the variance of, got one; give more samples`,
    );
  }
  for (let c = 0; c < channels; c++) {
    mean.data[c] = sumOverChannel(values, channels, pixels, c, 0, 1) / each;
    variance.data[c] = sumOverChannel(values, channels, pixels, c, mean.data[c], 2) / each;
    if (!Number.isFinite(variance.data[c])) {
      throw new InputError(
        `${mean.name}: expected finite values before the batch norm, got NaN or Inf in channel ${c}; look at the data and the parameters`,
      );
    }
  }
}

/** Σ (x − centre)^power over a channel. */
function sumOverChannel(
  values: FloatArray,
  channels: number,
  pixels: number,
  channel: number,
  centre: number,
  power: 1 | 2,
): number {
  let sum = 0;
  for (let start = channel * pixels; start < values.length; start += channels * pixels) {
    for (let i = start; i < start + pixels; i++) {
      const off = values[i] - centre;
      sum += power === 1 ? off : off * off;
    }
  }
  return sum;
}
