import type { Value } from "../network/graph.ts";
import type { Shape } from "../network/shape.ts";
import { broadcastShape } from "./axes.ts";
import type { Tensor } from "./tensor.ts";

/** What a name in an ONNX graph stands for while it is translated. */
export type OnnxValue = Constant | Weight | Activation | Missing;

/** Numbers that are not trained: shapes, indices, factors. */
export interface Constant {
  readonly kind: "constant";
  readonly tensor: Tensor;
}

/** A float initializer: a parameter as soon as an operation uses it as one. */
export interface Weight {
  readonly kind: "weight";
  readonly name: string;
  /** The numbers as the file has them. */
  readonly tensor: Tensor;
  /** Whether the matrix is seen transposed. */
  readonly transposed: boolean;
  /** As it is seen. */
  readonly shape: Shape;
}

/** A value that depends on the network's input or parameters, of its full ONNX shape for a batch of one sample. */
export interface Activation {
  readonly kind: "activation";
  readonly value: Value;
  readonly made?: Made | undefined;
  /** Where it is a dense layer without bias: its input and weight, for the bias that may follow. */
  readonly dense?: { readonly input: Value; readonly weight: number };
}

/** What no operation of the engine gives: an error if the output needs it, unless a pattern around it is known. */
export interface Missing {
  readonly kind: "missing";
  /** What is not supported; undefined where only an input is missing. */
  readonly problem?: string | undefined;
  readonly made: Made;
  /** Where it is known. */
  readonly shape?: Shape | undefined;
}

/** The node a value comes from. */
export interface Made {
  readonly by: string;
  readonly node: string;
  readonly inputs: readonly OnnxValue[];
  /** Axes of a reduction that keeps them. */
  readonly axes?: readonly number[] | undefined;
}

export function constant(tensor: Tensor): Constant {
  return { kind: "constant", tensor };
}

/** The shape where it is known. */
export function shapeOf(value: OnnxValue): Shape | undefined {
  switch (value.kind) {
    case "constant":
      return value.tensor.shape;
    case "activation":
      return value.value.shape;
    default:
      return value.shape;
  }
}

/** Thrown where a node asks for what is not supported; its message completes "not supported: ". */
export class Unsupported extends Error {
  override readonly name = "Unsupported";
}

/** What elementwise work on these inputs would be. */
export function missing(made: Made, problem?: string): Missing {
  const shapes = made.inputs.map(shapeOf).filter((shape) => shape !== undefined);
  const shape = shapes.length === made.inputs.length ? shapes.reduce(broadcastShape) : undefined;
  return { kind: "missing", made, problem, shape };
}

/** The number that a constant of one number is. */
export function scalarOf(value: OnnxValue | undefined): number | undefined {
  return value?.kind === "constant" && value.tensor.data.length === 1 ? value.tensor.data[0] : undefined;
}

/** The node that a value comes from, where it comes from one of this operator. */
export function madeBy(value: OnnxValue | undefined, ...operators: readonly string[]): Made | undefined {
  if (value?.kind !== "activation" && value?.kind !== "missing") return undefined;
  return value.made && operators.includes(value.made.by) ? value.made : undefined;
}
