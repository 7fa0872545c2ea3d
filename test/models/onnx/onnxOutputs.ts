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
