import { InputError } from "../../inputError.ts";
import type { GraphBuilder, Value } from "../network/graph.ts";
import type { Operation } from "../network/operation.ts";
import type { Attributes } from "./attributes.ts";
import type { Parameters } from "./parameters.ts";
import type { Tensor } from "./tensor.ts";
import { type Activation, type Made, type OnnxValue, Unsupported } from "./value.ts";
import { weightTensor } from "./weightView.ts";

/** A node of an ONNX graph with what its inputs stand for, none of them missing unless the operator says it takes such. */
export interface OnnxNode {
  readonly type: string;
  readonly name: string;
  readonly opset: number;
  /** The names of its outputs, which are unique in the graph; "" for those nobody asks for. */
  readonly outputs: readonly string[];
  /** Undefined where an optional input is left out. */
  readonly inputs: readonly (OnnxValue | undefined)[];
  readonly attributes: Attributes;
}

/** What operators build with. */
export interface Translation {
  readonly builder: GraphBuilder;
  readonly parameters: Parameters;
  /** For messages: the file. */
  readonly file: string;
}

/** The values of the node's outputs; those that are left out are not supported. */
export type Operator = (node: OnnxNode, translation: Translation) => OnnxValue | readonly OnnxValue[];

export function activation(value: Value, made?: Made): Activation {
  return { kind: "activation", value, made };
}

/** A node of the network on one activation. */
export function apply(
  { builder }: Translation,
  operation: Operation,
  input: Activation,
  parameters: readonly number[] = [],
): Activation {
  return activation(builder.apply(operation, [input.value], parameters));
}

export function requiredInput({ inputs, type }: OnnxNode, index: number): OnnxValue {
  const value = inputs[index];
  if (!value) throw new Unsupported(`${type} without its input ${index + 1}`);
  return value;
}

/** An input as something the network computes. */
export function activationInput(node: OnnxNode, index: number, { parameters }: Translation): Activation {
  return parameters.asActivation(requiredInput(node, index), node.type);
}

/** The numbers of an input that must not depend on the network's input; undefined where it is left out. */
export function constantInput({ inputs, type }: OnnxNode, index: number): Tensor | undefined {
  const value = inputs[index];
  if (!value) return undefined;
  if (value.kind === "constant") return value.tensor;
  if (value.kind === "weight") return weightTensor(value);
  throw new Unsupported(`${type} whose input ${index + 1} depends on the data`);
}

/** A list of lengths, axes or places. Throws an InputError on one longer than any network needs. */
export function constantIntegers(node: OnnxNode, index: number): number[] | undefined {
  const tensor = constantInput(node, index);
  if (tensor && tensor.data.length > longestList) {
    throw new InputError(
      `expected at most ${longestList} numbers as input ${index + 1}, got ${tensor.data.length}; is the file damaged?`,
    );
  }
  return tensor && [...tensor.data];
}

const longestList = 4096;

/** A list that was an attribute until `opset` and is an input from then on. */
export function integersOf(node: OnnxNode, name: string, opset: number, index: number): number[] | undefined {
  return node.opset < opset ? node.attributes.integers(name) : constantIntegers(node, index);
}
