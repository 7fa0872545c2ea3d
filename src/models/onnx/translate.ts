import type { GraphProto, NodeProto } from "onnx-buf";
import { InputError } from "../../inputError.ts";
import { sizeOf } from "../network/shape.ts";
import { attributesOf } from "./attributes.ts";
import { operators, patternOperators } from "./operators/table.ts";
import { readTensor } from "./readTensor.ts";
import { activation, type OnnxNode, type Operator, type Translation } from "./translation.ts";
import { constant, type Missing, type OnnxValue, shapeOf, Unsupported } from "./value.ts";

/**
 * What every name of the graph stands for. Nodes come in an order in which each is after its inputs, as ONNX asks.
 * Throws an InputError, beginning with the file and the node, where the graph makes no sense; what is merely not
 * supported becomes a missing value.
 */
export function translateGraph(
  graph: GraphProto,
  input: string,
  opset: number,
  translation: Translation,
): Map<string, OnnxValue> {
  const { file, builder } = translation;
  const values = new Map<string, OnnxValue>();
  const define = (name: string, value: OnnxValue) => {
    if (values.has(name)) {
      throw new InputError(
        `${file}: two tensors are named '${name}'; the file is damaged, export the model again`,
      );
    }
    values.set(name, value);
  };
  define(input, activation(builder.input));
  requireSize(activation(builder.input), `${file}: input '${input}'`);
  for (const proto of graph.initializer) define(proto.name, initialValue(proto, file));
  const requireRoom = constantRoom(values.values());
  for (const [index, proto] of graph.node.entries()) {
    const name = proto.name || `number ${index + 1}`;
    const place = `${file}: node '${name}' (${proto.opType})`;
    const inputs = proto.input.map((input) => {
      const value = input === "" ? undefined : values.get(input);
      if (input !== "" && !value) {
        throw new InputError(`${place}: expected an input that an earlier node makes, got '${input}'`);
      }
      return value;
    });
    const { opType: type, output: outputs } = proto;
    const node = { type, name, opset, outputs, inputs, attributes: attributesOf(proto, place) };
    const results = resultsOf(proto, node, place, translation);
    for (const [k, output] of outputs.entries()) {
      const value = results[k] ?? lacking(node, `${type} with ${outputs.length} outputs`);
      requireSize(value, place);
      requireRoom(value, place);
      if (output !== "") define(output, value);
    }
  }
  return values;
}

/** Floats may become parameters, but for single numbers and for masks, which hold infinities. */
function initialValue(proto: GraphProto["initializer"][number], file: string): OnnxValue {
  const tensor = readTensor(proto, `${file}: tensor '${proto.name}'`);
  const { type, shape, data } = tensor;
  let infinite = 0;
  for (let k = 0; k < data.length; k++) {
    if (Number.isNaN(data[k])) {
      throw new InputError(
        `${file}: tensor '${proto.name}': expected numbers, got NaN; was the model saved after its training diverged?`,
      );
    }
    if (!Number.isFinite(data[k])) infinite++;
  }
  const trainable = type === "float" && shape.length > 0 && data.length > 0 && infinite === 0;
  if (!trainable) return constant(tensor);
  return { kind: "weight", name: proto.name, tensor, transposed: false, shape };
}

/** Numbers of one sample; more stand for a damaged file rather than a network. */
const mostNumbers = 2 ** 26;

function requireSize(value: OnnxValue, place: string): void {
  const shape = shapeOf(value);
  if (shape && sizeOf(shape) > mostNumbers) {
    throw new InputError(
      `${place}: expected at most 2^26 numbers for one sample, got a tensor of ${shape.join("×")}; is the file damaged?`,
    );
  }
}

/** Numbers of all constants that nodes make. */
const mostConstants = 2 ** 25;

/** Each constant of a damaged file may be modest, and all of them together fill the memory. */
function constantRoom(stored: Iterable<OnnxValue>): (value: OnnxValue, place: string) => void {
  const known = new Set<Float64Array>();
  let room = mostConstants;
  for (const value of stored) {
    if (value.kind !== "constant" && value.kind !== "weight") continue;
    known.add(value.tensor.data);
    // what is in the file may be moved and changed a few times
    room += 8 * value.tensor.data.length;
  }
  return (value, place) => {
    if (value.kind !== "constant" || known.has(value.tensor.data)) return;
    known.add(value.tensor.data);
    room -= value.tensor.data.length;
    if (room >= 0) return;
    throw new InputError(
      `${place}: expected constants of at most 2^25 numbers beside the file's own, got more; is the file damaged?`,
    );
  };
}

function resultsOf(proto: NodeProto, node: OnnxNode, place: string, translation: Translation) {
  const known = proto.domain === "" || proto.domain === "ai.onnx";
  const operator = known ? operators.get(node.type) : undefined;
  const all = (problem?: string) => node.outputs.map(() => lacking(node, problem));
  if (!operator) return all(known ? node.type : `${proto.domain}.${node.type}`);
  const cut = node.inputs.some((value) => value?.kind === "missing");
  if (cut && !patternOperators.has(node.type)) return all();
  try {
    return supported(operator, node, translation);
  } catch (error) {
    if (error instanceof Unsupported) return all(error.message);
    if (error instanceof InputError && !error.message.startsWith(translation.file)) {
      throw new InputError(`${place}: ${error.message}`);
    }
    throw error;
  }
}

function supported(operator: Operator, node: OnnxNode, translation: Translation): readonly OnnxValue[] {
  const results = [operator(node, translation)].flat() as readonly OnnxValue[];
  const [attribute] = node.attributes.unread();
  if (attribute !== undefined) throw new Unsupported(`${node.type} with attribute '${attribute}'`);
  return results;
}

function lacking({ type, name, inputs }: OnnxNode, problem?: string): Missing {
  const made = { by: type, node: name, inputs: inputs.filter((value) => value !== undefined) };
  return { kind: "missing", problem, made };
}
