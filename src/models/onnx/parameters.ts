import type { GraphBuilder, ParameterRole, Value } from "../network/graph.ts";
import { learned } from "../network/operations/learned.ts";
import { transpose } from "../network/operations/transpose.ts";
import { type Shape, sameShape } from "../network/shape.ts";
import { transposeTensor } from "./tensor.ts";
import { type Activation, type OnnxValue, Unsupported, type Weight } from "./value.ts";

/** The initializers that operations use as parameters. One that serves several operations is one parameter. */
export interface Parameters {
  /**
   * The parameter's index in the graph, for an operation that takes it with this shape and in this order of its numbers
   * (of a matrix: that of the file, or transposed). Undefined where another operation takes it otherwise.
   */
  index(weight: Weight, role: ParameterRole): number | undefined;
  /** The same, for operations that can take it in no other way. */
  required(weight: Weight, role: ParameterRole, operator: string): number;
  /** A value as something the network computes: a weight becomes a node of its own. */
  asActivation(value: OnnxValue, operator: string): Activation;
  /** θ for the parameters of these names, in this order. */
  theta(names: readonly string[]): Float64Array;
}

interface Entry {
  readonly index: number;
  readonly weight: Weight;
  value?: Value;
}

export function onnxParameters(builder: GraphBuilder): Parameters {
  const entries = new Map<string, Entry>();
  const entryOf = (weight: Weight, role: ParameterRole): Entry => {
    const known = entries.get(weight.name);
    if (known) return known;
    const entry = { index: builder.parameter(weight.name, weight.shape, role), weight };
    entries.set(weight.name, entry);
    return entry;
  };
  const index = (weight: Weight, role: ParameterRole) => {
    const entry = entryOf(weight, role);
    const same = entry.weight.transposed === weight.transposed && sameShape(entry.weight.shape, weight.shape);
    return same ? entry.index : undefined;
  };
  /** As the file has it, then as it is seen here. */
  const learnedValue = (weight: Weight): Value => {
    const entry = entryOf(weight, "weight");
    entry.value ??= builder.apply(learned(), [], [entry.index]);
    const turn = (value: Value, stored: Shape) =>
      builder.apply(transpose([1, 0]), [builder.reshape(value, stored)]);
    const { shape } = weight.tensor;
    const turned = entry.weight.transposed !== weight.transposed;
    const stored = entry.weight.transposed ? shape.toReversed() : shape;
    const value = turned ? turn(entry.value, stored) : entry.value;
    return builder.reshape(value, weight.shape);
  };

  return {
    index,
    required(weight, role, operator) {
      const found = index(weight, role);
      if (found === undefined) {
        throw new Unsupported(`${operator} with a tensor that another operation takes in another shape`);
      }
      return found;
    },
    asActivation(value, operator) {
      if (value.kind === "activation") return value;
      if (value.kind === "weight") return { kind: "activation", value: learnedValue(value) };
      throw new Unsupported(`${operator} of a constant`);
    },
    theta(names) {
      const parts = names.map((name) => {
        const { weight } = entries.get(name)!;
        return weight.transposed ? transposeTensor(weight.tensor, [1, 0]).data : weight.tensor.data;
      });
      const theta = new Float64Array(parts.reduce((sum, part) => sum + part.length, 0));
      let next = 0;
      for (const part of parts) {
        theta.set(part, next);
        next += part.length;
      }
      return theta;
    },
  };
}
