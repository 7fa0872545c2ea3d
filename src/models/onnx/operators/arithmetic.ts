/** Arithmetic, of constants at once. */
import { combine, scale } from "../combine.ts";
import { foldBinary, foldedOperators, foldWhere } from "../foldArithmetic.ts";
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
  Where(node) {
    const [condition, yes, no] = [0, 1, 2].map((index) => constantInput(node, index));
    if (!condition || !yes || !no) throw new Unsupported("Where without its three inputs");
    return constant(foldWhere(condition, yes, no));
  },
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
