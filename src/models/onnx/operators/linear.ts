/** Matrix products: dense layers where the right factor is a parameter. */
import { InputError } from "../../../inputError.ts";
import { dense } from "../../network/operations/dense.ts";
import { expand } from "../../network/operations/expand.ts";
import { matmul } from "../../network/operations/matmul.ts";
import { describeShape, type Shape, sizeOf } from "../../network/shape.ts";
import { broadcastShape } from "../axes.ts";
import { combine, scale } from "../combine.ts";
import { permute } from "../moves.ts";
import { activation, type OnnxNode, type Operator, requiredInput, type Translation } from "../translation.ts";
import type { Activation, OnnxValue } from "../value.ts";
import { transposeWeight } from "../weightView.ts";

export const linearOperators: Readonly<Record<string, Operator>> = {
  MatMul: (node, translation) => product(requiredInput(node, 0), requiredInput(node, 1), translation),
  Gemm: gemm,
};

/** αA'B' + βC, where ' may transpose. */
function gemm(node: OnnxNode, translation: Translation): OnnxValue {
  const { attributes } = node;
  const factor = (index: number, transposed: string) => {
    const value = requiredInput(node, index);
    return attributes.integer(transposed) === 1 ? permute(value, [1, 0], translation) : value;
  };
  const [alpha, beta] = [attributes.number("alpha") ?? 1, attributes.number("beta") ?? 1];
  const whole = product(factor(0, "transA"), factor(1, "transB"), translation);
  const added = node.inputs[2];
  if (!added || beta === 0) return scale(whole, alpha, translation);
  const part = scale(whole, alpha / beta, translation);
  const sum = combine({ by: "Add", node: node.name, inputs: [part, added] }, translation);
  return beta === 1 || sum.kind !== "activation" ? sum : scale(sum, beta, translation);
}

function product(a: OnnxValue, b: OnnxValue, translation: Translation): Activation {
  const { builder, parameters } = translation;
  const matrix = b.kind === "weight" && b.shape.length === 2 ? transposeWeight(b, [1, 0]) : undefined;
  const left = parameters.asActivation(a, "MatMul");
  const weight = matrix && left.value.shape.length > 0 ? parameters.index(matrix, "weight") : undefined;
  if (weight === undefined) return stackProduct(left, b, translation);
  const value = builder.apply(dense({ bias: false }), [left.value], [weight]);
  return { ...activation(value), dense: { input: left.value, weight } };
}

/** As NumPy's matmul: vectors become matrices, and axes before the last two count matrices. */
function stackProduct(left: Activation, b: OnnxValue, translation: Translation): Activation {
  const right = translation.parameters.asActivation(b, "MatMul");
  const [own, other] = [left.value.shape, right.value.shape];
  if (own.length === 0 || other.length === 0) {
    throw new InputError(`expected two matrices, got ${describeShape(own)} and ${describeShape(other)}`);
  }
  const first = own.length === 1 ? [1, ...own] : own;
  const second = other.length === 1 ? [...other, 1] : other;
  const [stack, otherStack] = [first.slice(0, -2), second.slice(0, -2)];
  const lead = broadcastShape(stack, otherStack);
  const rows = own.length === 1 ? [] : own.slice(-2, -1);
  const columns = other.length === 1 ? [] : other.slice(-1);
  const { builder } = translation;
  const full = ({ value }: Activation, own: Shape, target: Shape) =>
    sizeOf(own) === sizeOf(target)
      ? builder.reshape(value, target)
      : builder.apply(expand(target), [builder.reshape(value, own)]);
  const multiplied = (x: Shape, y: Shape) => {
    const factors = [full(left, first, x), full(right, second, y)];
    return activation(builder.reshape(builder.apply(matmul(), factors), [...lead, ...rows, ...columns]));
  };
  // one right matrix for all: their rows are the rows of one left matrix
  if (sizeOf(otherStack) === 1) {
    return multiplied([sizeOf(first.slice(0, -1)), first[first.length - 1]], second.slice(-2));
  }
  return multiplied([...lead, ...first.slice(-2)], [...lead, ...second.slice(-2)]);
}
