import { fromBinary } from "@bufbuild/protobuf";
import { type GraphProto, type ModelProto, ModelProtoSchema } from "onnx-buf";
import { InputError } from "../../inputError.ts";
import { type Graph, graphBuilder } from "../network/graph.ts";
import type { Shape } from "../network/shape.ts";
import { checkNames } from "./checkNames.ts";
import { externalLocations, loadExternalData, type OpenExternal } from "./externalData.ts";
import { inputShape } from "./inputShape.ts";
import { onnxParameters } from "./parameters.ts";
import { prune } from "./prune.ts";
import { translateGraph } from "./translate.ts";
import { requireSupported } from "./unsupported.ts";

/** A model of an ONNX file, for one sample at a time. */
export interface OnnxModel {
  readonly graph: Graph;
  /** The parameters' values in the file, in the order of the graph: length p. */
  readonly theta: Float64Array;
  /** Shapes of one sample, without the axis of the batch. */
  readonly input: { readonly name: string; readonly shape: Shape };
  readonly output: { readonly name: string; readonly shape: Shape };
}

/** How a file is read, and where the files that it refers to are. */
export interface ReadOnnxOptions {
  /** The file, for messages. */
  readonly name: string;
  /** The shape of the data's samples: checked (axes of length 1 aside), and taken where the file leaves lengths open. */
  readonly sampleShape?: Shape;
  /** Opens files beside the model that hold its numbers; without it such models are refused. */
  readonly openExternal?: OpenExternal;
}

/**
 * A feed-forward network from an ONNX file of opset 11 to 20, as PyTorch exports it. Its parameters are the float
 * initializers that operations use as weights, biases, scales, shifts or embeddings, each once, by their names in the
 * file; other initializers (running statistics, what is subtracted or divides, single numbers, masks) are constants.
 * Where PyTorch's exporter has merged parameters that are equal (an Identity of an initializer), each still counts.
 * Throws an InputError where the file is damaged, holds NaN, is of another opset, has more than one input or output, was
 * exported in training mode or for a batch of a fixed size above 1, leaves a length open that `sampleShape` does not give,
 * or does not take samples of that shape; where its numbers lie in other files that are not given, missing or too short;
 * and where it asks for operations that are not supported, all of which it names.
 */
export async function readOnnx(bytes: Uint8Array, options: ReadOnnxOptions): Promise<OnnxModel> {
  const { name, sampleShape, openExternal } = options;
  const model = decodeModel(bytes, name);
  const opset = requireOpset(model, name);
  const graph = model.graph ?? emptyGraph(name);
  checkNames(graph, name);
  if (openExternal) await loadExternalData(graph, name, openExternal);
  const stored = new Set(graph.initializer.map((tensor) => tensor.name));
  const input = only(
    "input",
    graph.input.filter((value) => !stored.has(value.name)),
    name,
  );
  const output = only("output", graph.output, name);
  if (graph.sparseInitializer.length > 0) {
    throw new InputError(
      `${name}: expected dense tensors, got sparse initializers; make the weights dense before exporting`,
    );
  }

  const { full, batchAxis, sample } = inputShape(input, name, sampleShape);
  const builder = graphBuilder(sample);
  const parameters = onnxParameters(builder);
  const batch = builder.reshape(builder.input, full);
  const values = translateGraph(graph, input.name, opset, {
    builder: { ...builder, input: batch },
    parameters,
    file: name,
  });
  const result = values.get(output.name);
  if (!result)
    throw new InputError(`${name}: no node makes the output '${output.name}'; the file is damaged`);
  requireSupported(result, values.values(), name);
  if (result.kind !== "activation") {
    throw new InputError(
      `${name}: expected an output '${output.name}' that depends on the input, got constants`,
    );
  }
  const { shape } = result.value;
  const outputShape = shape[batchAxis] === 1 ? shape.toSpliced(batchAxis, 1) : shape;
  const network = prune(builder.finish(builder.reshape(result.value, outputShape)));
  return {
    graph: network,
    theta: parameters.theta(network.parameters.map((parameter) => parameter.name)),
    input: { name: input.name, shape: sample },
    output: { name: output.name, shape: outputShape },
  };
}

/** Files beside the model that hold its numbers, by their paths relative to its folder. Throws an InputError as `readOnnx` does. */
export function onnxExternalFiles(bytes: Uint8Array, name: string): string[] {
  const { graph } = decodeModel(bytes, name);
  return graph ? externalLocations(graph, name) : [];
}

function decodeModel(bytes: Uint8Array, name: string): ModelProto {
  if (bytes.length === 0) {
    throw new InputError(`${name}: expected an ONNX file, got an empty one; export the model again`);
  }
  try {
    // not a Buffer, whose slices share its memory
    return fromBinary(ModelProtoSchema, new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length));
  } catch {
    throw new InputError(`${name}: expected an ONNX file, got bytes that are none; export the model again`);
  }
}

function requireOpset({ opsetImport }: ModelProto, name: string): number {
  const versions = opsetImport.filter(({ domain }) => domain === "" || domain === "ai.onnx");
  const opset = Number(versions[0]?.version ?? 0n);
  if (!(opset >= 11 && opset <= 20)) {
    throw new InputError(
      `${name}: expected an ONNX model of opset 11 to 20, got ${opset === 0 ? "none" : opset}; export it with opset_version=17`,
    );
  }
  return opset;
}

function emptyGraph(name: string): GraphProto {
  throw new InputError(`${name}: expected an ONNX model with a graph, got none; export the model again`);
}

function only<T extends { readonly name: string }>(what: string, values: readonly T[], name: string): T {
  const [value, ...more] = values;
  if (value && more.length === 0) return value;
  const got = value ? `${values.length}: ${values.map((each) => `'${each.name}'`).join(", ")}` : "none";
  throw new InputError(
    `${name}: expected a model with one ${what}, got ${got}; export one that has a single tensor as its ${what}`,
  );
}
