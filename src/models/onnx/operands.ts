/** Two operands brought to one shape. */
import type { Operation } from "../network/operation.ts";
import { add } from "../network/operations/add.ts";
import { affine } from "../network/operations/affine.ts";
import { multiply } from "../network/operations/multiply.ts";
import { type Shape, sizeOf } from "../network/shape.ts";
import { broadcastShape } from "./axes.ts";
import type { Tensor } from "./tensor.ts";
import { activation, apply, type Translation } from "./translation.ts";
import { type Activation, type Made, missing, type OnnxValue, type Weight } from "./value.ts";
import { weightTensor } from "./weightView.ts";

/** One input as an activation and the other. */
export function operands({ inputs: [a, b], by }: Made, { parameters }: Translation) {
  const [x, other] = a.kind === "activation" ? [a, b] : b.kind === "activation" ? [b, a] : [a, b];
  if (x.kind !== "constant") return { x: parameters.asActivation(x, by), other };
  return { x: parameters.asActivation(other, by), other: x };
}

/** The numbers of what is not to be trained; undefined for activations. */
export function fixedNumbers(value: OnnxValue): Tensor | undefined {
  if (value.kind === "constant") return value.tensor;
  return value.kind === "weight" ? weightTensor(value) : undefined;
}

export function withConstant(
  made: Made,
  x: Activation,
  tensor: Tensor,
  part: "scale" | "shift",
  translation: Translation,
): OnnxValue {
  const input = stretched(x, tensor.shape, translation);
  if (!input) return missing(made, repeats(made));
  const numbers = tensor.data.length === 1 ? tensor.data[0] : tensor;
  return apply(translation, affine(part === "scale" ? { scale: numbers } : { shift: numbers }), input);
}

export function withWeight(
  made: Made,
  x: Activation,
  weight: Weight,
  operation: Operation,
  translation: Translation,
) {
  const input = stretched(x, weight.shape, translation);
  if (!input) return missing(made, repeats(made));
  const { parameters } = translation;
  const index = parameters.index(weight, made.by === "Add" ? "bias" : "scale");
  if (index !== undefined) return apply(translation, operation, input, [index]);
  const two = made.by === "Add" ? add() : multiply();
  return together(made, input, parameters.asActivation(weight, made.by), two, translation);
}

export function together(
  made: Made,
  a: Activation,
  b: OnnxValue,
  operation: Operation,
  translation: Translation,
) {
  const other = translation.parameters.asActivation(b, made.by);
  const [left, right] = [
    stretched(a, other.value.shape, translation),
    stretched(other, a.value.shape, translation),
  ];
  if (!left || !right) return missing(made, repeats(made));
  return activation(translation.builder.apply(operation, [left.value, right.value]));
}

/** The activation under the shape it has together with another tensor; undefined where its numbers would have to be repeated. */
function stretched(x: Activation, other: Shape, { builder }: Translation): Activation | undefined {
  const shape = broadcastShape(x.value.shape, other);
  if (sizeOf(shape) !== sizeOf(x.value.shape)) return undefined;
  return { ...x, value: builder.reshape(x.value, shape) };
}

function repeats({ by }: Made): string {
  return `${by} that repeats what the network computes along an axis`;
}
