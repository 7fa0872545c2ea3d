import { expect } from "vitest";
import { plainVectorMath } from "../../../src/linalg/plainVectorMath.ts";
import { evaluate } from "../../../src/models/network/evaluation.ts";
import { type OnnxModel, type ReadOnnxOptions, readOnnx } from "../../../src/models/onnx/readOnnx.ts";
import { naiveKernels } from "../../reference/naiveKernels.ts";
import { type OnnxSpec, onnxFile } from "./onnxFile.ts";

export function readSpec(spec: OnnxSpec, options: Partial<ReadOnnxOptions> = {}): Promise<OnnxModel> {
  return readOnnx(onnxFile(spec), { name: "model.onnx", ...options });
}

/** f of the samples, which lie one after another. */
export function outputsOf({ graph, theta }: OnnxModel, inputs: readonly number[], count = 1): number[] {
  const at = evaluate(graph, {
    kernels: naiveKernels,
    math: plainVectorMath,
    precision: "float64",
    capacity: count,
  });
  at.input(count).set(inputs);
  const outputs = [...at.forward(theta, count)];
  at.release();
  return outputs;
}

/** One sample of four numbers, and a dozen weights. */
export const x = [0.5, -1, 2, 0.25];
export const w = Array.from({ length: 12 }, (_, k) => Math.sin(k + 1));

/** f(x) for one sample, and the names of the parameters. */
export async function run(spec: OnnxSpec, input = x) {
  const model = await readSpec(spec);
  return {
    values: outputsOf(model, input),
    shape: model.output.shape,
    parameters: model.graph.parameters.map(({ name }) => name),
    operations: model.graph.nodes.map(({ operation }) => operation.name),
  };
}

export function expectNumbers(actual: readonly number[], expected: readonly number[]): void {
  expect(actual.length).toBe(expected.length);
  for (const [k, value] of expected.entries()) expect(actual[k]).toBeCloseTo(value, 12);
}

/** Row-major a·b for a of `rows` rows. */
export function times(a: readonly number[], rows: number, b: readonly number[], columns: number): number[] {
  const inner = a.length / rows;
  return Array.from({ length: rows * columns }, (_, k) => {
    const [i, j] = [Math.floor(k / columns), k % columns];
    return Array.from({ length: inner }, (_, m) => a[i * inner + m] * b[m * columns + j]).reduce(
      (p, q) => p + q,
    );
  });
}

/** A matrix of `rows` rows transposed. */
export const turned = (values: readonly number[], rows: number) => {
  const columns = values.length / rows;
  return values.map((_, k) => values[(k % rows) * columns + Math.floor(k / rows)]);
};
