/** Arithmetic, of constants at once. */
import { combine, scale } from "../combine.ts";
import { foldBinary, foldedOperators, foldWhere } from "../foldArithmetic.ts";
import { withConstant } from "../operands.ts";
import type { Tensor } from "../tensor.ts";
import {
  constantInput,
  type OnnxNode,
  type Operator,
  requiredInput,
  type Translation,
} from "../translation.ts";
import { constant, type Made, missing, type OnnxValue, Unsupported } from "../value.ts";

export const arithmeticOperators: Readonly<Record<string, Operator>> = {
  ...Object.fromEntries(foldedOperators.map((operator) => [operator, binary])),
  Neg: (node, translation) => {
    const value = requiredInput(node, 0);
    if (value.kind !== "constant")
      return scale(translation.parameters.asActivation(value, "Neg"), -1, translation);
    const { tensor } = value;
    return constant({ ...tensor, data: tensor.data.map((x) => -x) });
  },
  Sqrt: (node) => {
    const value = requiredInput(node, 0);
    if (value.kind !== "constant") return missing(madeOf(node), "Sqrt outside of layer norm");
    const { tensor } = value;
    return constant({ ...tensor, data: tensor.data.map(Math.sqrt) });
  },
  Erf: (node) => missing(madeOf(node), "Erf outside of GELU"),
  Not: (node) => {
    const tensor = constantInput(node, 0);
    if (!tensor) throw new Unsupported("Not without an input");
    return constant({ ...tensor, data: tensor.data.map((x) => 1 - x) });
  },
  Where: where,
};

function madeOf(node: OnnxNode): Made {
  const inputs = node.inputs.map((_, index) => requiredInput(node, index));
  return { by: node.type, node: node.name, inputs };
}

function binary(node: OnnxNode, translation: Translation): OnnxValue {
  const made = madeOf(node);
  const [a, b] = [requiredInput(node, 0), requiredInput(node, 1)];
  if (a.kind === "constant" && b.kind === "constant") {
    return constant(foldBinary(node.type, a.tensor, b.tensor));
  }
  return combine(made, translation);
}

/** By a condition that is constant; a constant on one side makes a mask. */
function where(node: OnnxNode, translation: Translation): OnnxValue {
  const condition = constantInput(node, 0);
  const [yes, no] = [requiredInput(node, 1), requiredInput(node, 2)];
  if (!condition) throw new Unsupported("Where without a condition");
  if (yes.kind === "constant" && no.kind === "constant") {
    return constant(foldWhere(condition, yes.tensor, no.tensor));
  }
  if (yes.kind === "constant") return masked(condition, yes.tensor, no, translation);
  if (no.kind !== "constant")
    return missing(madeOf(node), "Where between two values that the network computes");
  const opposite = { ...condition, data: condition.data.map((x) => 1 - x) };
  return masked(opposite, no.tensor, yes, translation);
}

/** The value, but where the mask is true the filling. */
function masked(mask: Tensor, filling: Tensor, value: OnnxValue, translation: Translation): OnnxValue {
  const number = (x: number): Tensor => ({ type: "float", shape: [], data: Float64Array.of(x) });
  const input = translation.parameters.asActivation(value, "Where");
  const kept = withConstant(input, foldWhere(mask, number(0), number(1)), "scale", translation);
  return withConstant(kept, foldWhere(mask, filling, number(0)), "shift", translation);
}
