/** Two operands brought to one shape. */
import { add } from "../network/operations/add.ts";
import { affine } from "../network/operations/affine.ts";
import { bias } from "../network/operations/bias.ts";
import { expand } from "../network/operations/expand.ts";
import { multiply } from "../network/operations/multiply.ts";
import { scaleBy } from "../network/operations/scaleBy.ts";
import { type Shape, sizeOf } from "../network/shape.ts";
import { broadcastShape } from "./axes.ts";
import type { Tensor } from "./tensor.ts";
import { activation, apply, type Translation } from "./translation.ts";
import type { Activation, Made, Missing, OnnxValue, Weight } from "./value.ts";
import { weightTensor } from "./weightView.ts";

/** One input as an activation and the other; neither is missing. */
export function operands({ inputs, by }: Made, { parameters }: Translation) {
  const [a, b] = inputs as readonly Exclude<OnnxValue, Missing>[];
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
  x: Activation,
  tensor: Tensor,
  part: "scale" | "shift",
  translation: Translation,
): Activation {
  const input = stretched(x, tensor.shape, translation);
  const numbers = tensor.data.length === 1 ? tensor.data[0] : tensor;
  return apply(translation, affine(part === "scale" ? { scale: numbers } : { shift: numbers }), input);
}

/** x + w or x∘w, as `by` says, for a parameter w. */
export function withWeight(
  by: "Add" | "Mul",
  x: Activation,
  weight: Weight,
  translation: Translation,
): Activation {
  const { parameters } = translation;
  const index = parameters.index(weight, by === "Add" ? "bias" : "scale");
  if (index === undefined) return together(by, x, parameters.asActivation(weight, by), translation);
  const operation = by === "Add" ? bias() : scaleBy();
  return apply(translation, operation, stretched(x, weight.shape, translation), [index]);
}

/** a + b or a∘b. */
export function together(
  by: "Add" | "Mul",
  a: Activation,
  b: Activation,
  translation: Translation,
): Activation {
  const left = stretched(a, b.value.shape, translation);
  const right = stretched(b, a.value.shape, translation);
  const operation = by === "Add" ? add() : multiply();
  return activation(translation.builder.apply(operation, [left.value, right.value]));
}

/** The activation with the shape it has together with another tensor. */
export function stretched(x: Activation, other: Shape, translation: Translation): Activation {
  const shape = broadcastShape(x.value.shape, other);
  if (sizeOf(shape) !== sizeOf(x.value.shape)) return apply(translation, expand(shape), x);
  return { ...x, value: translation.builder.reshape(x.value, shape) };
}
