import { InputError } from "../../inputError.ts";
import type { Operation } from "./operation.ts";
import { describeShape, type Shape, sameShape, sizeOf } from "./shape.ts";

/** What part a parameter plays: decides its initialisation (`initializeParameters`). */
export type ParameterRole = "weight" | "bias" | "scale" | "embedding";

/** A trained tensor of a network. */
export interface Parameter {
  /** As in a PyTorch state_dict: "features.0.weight". */
  readonly name: string;
  readonly shape: Shape;
  readonly role: ParameterRole;
  /** Numbers that one output is the sum over, and that one input reaches (the fans of He and Glorot); 0 where neither means anything. */
  readonly fanIn: number;
  readonly fanOut: number;
}

/** A fixed tensor that is not trained, such as running statistics; its numbers may be replaced before use. */
export interface NetworkBuffer {
  /** As in a PyTorch state_dict: "features.1.running_mean". */
  readonly name: string;
  readonly shape: Shape;
  /** The numbers of that shape, row-major. */
  readonly data: Float64Array;
}

/** A node's output, possibly under another shape of the same size. */
export interface Value {
  readonly node: number;
  readonly shape: Shape;
}

/** An operation of a network, with where its inputs and parameters come from. */
export interface Node {
  readonly operation: Operation;
  readonly inputs: readonly Value[];
  /** Indices into the graph's parameters; one parameter may serve several nodes. */
  readonly parameters: readonly number[];
  /** Per-sample shape of the output. */
  readonly shape: Shape;
}

/** A network: nodes in an order in which each comes after its inputs. Node −1 is the network's input. */
export interface Graph {
  /** Of one sample. */
  readonly input: Shape;
  readonly nodes: readonly Node[];
  /** In the order of θ, which holds each row-major. */
  readonly parameters: readonly Parameter[];
  readonly buffers: readonly NetworkBuffer[];
  readonly output: Value;
}

/** The network's input as a value's node. */
export const inputNode = -1;

/** Builds a network node by node. */
export interface GraphBuilder {
  readonly input: Value;
  /**
   * A trained tensor; returns its index, which in several nodes shares it. `fans` are those of its initialisation, 0 where
   * left out. Throws an InputError where its name is taken, as does `buffer`.
   */
  parameter(
    name: string,
    shape: Shape,
    role: ParameterRole,
    fans?: { readonly in: number; readonly out: number },
  ): number;
  /** Numbers that are not trained, such as running statistics, row-major, not copied: as many as the shape has, or a RangeError. */
  buffer(name: string, shape: Shape, data: Float64Array): NetworkBuffer;
  /** Shape of a parameter made before, by its index. */
  shapeOfParameter(index: number): Shape;
  /**
   * A node, and its output. Throws an InputError where the operation does not take these shapes or leaves nothing of them,
   * a RangeError where it takes another number of inputs or parameters.
   */
  apply(operation: Operation, inputs: readonly Value[], parameters?: readonly number[]): Value;
  /** The same numbers under another shape of the same size, or an InputError where it has another; costs nothing. */
  reshape(value: Value, shape: Shape): Value;
  /** The network whose output is this value. It shares the builder's lists: add nothing afterwards. */
  finish(output: Value): Graph;
}

/** An empty network that takes samples of this shape. */
export function graphBuilder(input: Shape): GraphBuilder {
  const nodes: Node[] = [];
  const parameters: Parameter[] = [];
  const buffers: NetworkBuffer[] = [];
  const names = new Set<string>();
  const register = (name: string) => {
    if (names.has(name)) {
      throw new InputError(`expected parameters and buffers of different names, got two named '${name}'`);
    }
    names.add(name);
  };
  return {
    input: { node: inputNode, shape: input },
    parameter(name, shape, role, fans = { in: 0, out: 0 }) {
      register(name);
      return parameters.push({ name, shape, role, fanIn: fans.in, fanOut: fans.out }) - 1;
    },
    buffer(name, shape, data) {
      if (data.length !== sizeOf(shape)) {
        throw new RangeError(`${name}: expected ${sizeOf(shape)} numbers, got ${data.length}`);
      }
      register(name);
      const buffer = { name, shape, data };
      buffers.push(buffer);
      return buffer;
    },
    shapeOfParameter: (index) => parameters[index].shape,
    apply(operation, inputs, used = []) {
      const { name, arity = { inputs: inputs.length, parameters: used.length } } = operation;
      if (inputs.length !== arity.inputs || used.length !== arity.parameters) {
        throw new RangeError(
          `${name}: expected ${arity.inputs} inputs and ${arity.parameters} parameters, got ${inputs.length} and ${used.length}`,
        );
      }
      const shape = operation.outputShape(
        inputs.map((value) => value.shape),
        used.map((index) => parameters[index].shape),
      );
      if (sizeOf(shape) === 0 || shape.some((length) => !Number.isInteger(length) || length < 1)) {
        throw new InputError(
          `${name}: expected an output of at least one element, got ${describeShape(shape)} from ${inputs.map((value) => describeShape(value.shape)).join(" and ")}; the input is too small for this network`,
        );
      }
      return { node: nodes.push({ operation, inputs, parameters: used, shape }) - 1, shape };
    },
    reshape(value, shape) {
      if (sameShape(value.shape, shape)) return value;
      if (sizeOf(value.shape) !== sizeOf(shape)) {
        throw new InputError(
          `reshape: expected a shape of ${sizeOf(value.shape)} elements like ${describeShape(value.shape)}, got ${describeShape(shape)}`,
        );
      }
      return { node: value.node, shape };
    },
    finish: (output) => ({ input, nodes, parameters, buffers, output }),
  };
}

/** p: numbers in all parameters, each counted once. */
export function parameterCount(graph: Graph): number {
  return graph.parameters.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
}

/** Where each parameter begins in θ, which holds them one after another in the order of the graph: one number a parameter. */
export function parameterOffsets(graph: Graph): number[] {
  let next = 0;
  return graph.parameters.map(({ shape }) => {
    const start = next;
    next += sizeOf(shape);
    return start;
  });
}
