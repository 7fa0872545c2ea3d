import type { FloatArray } from "../../../linalg/matrix.ts";
import type { BindContext, Operation } from "../operation.ts";
import { type Shape, sizeOf } from "../shape.ts";
import { broadcastPlaces } from "./broadcast.ts";
import { requireStretches } from "./requireShapes.ts";

/** A number for all elements, or a tensor (row-major) that broadcasts to one sample's shape. */
type Constant = number | { readonly shape: Shape; readonly data: ArrayLike<number> };

/**
 * y = scale ∘ x + shift by constants, which are not trained: numbers, or tensors that broadcast to the input's shape,
 * which is the output's too; 1 and 0 by default. A shift of −∞ is a mask for a softmax. Throws a RangeError where a
 * constant has more or fewer numbers than its shape; `apply` throws an InputError where one does not broadcast.
 */
export function affine({
  scale = 1,
  shift = 0,
}: {
  readonly scale?: Constant;
  readonly shift?: Constant;
}): Operation {
  for (const constant of [scale, shift]) requireLength(constant);
  return {
    name: "affine",
    arity: { inputs: 1, parameters: 0 },
    outputShape([input]) {
      for (const constant of [scale, shift]) {
        if (typeof constant !== "number") requireStretches("affine", constant.shape, input);
      }
      return input;
    },
    bind([input], _parameters, context) {
      const factors = stretched(scale, input, context);
      const terms = stretched(shift, input, context);
      const each = factors.length;
      const scaled = (x: FloatArray, out: FloatArray) => {
        for (let start = 0; start < x.length; start += each) {
          for (let i = 0; i < each; i++) out[start + i] = factors[i] * x[start + i];
        }
      };
      return {
        forward({ inputs: [x], output }) {
          for (let start = 0; start < x.length; start += each) {
            for (let i = 0; i < each; i++) output[start + i] = factors[i] * x[start + i] + terms[i];
          }
        },
        jvp(_, { inputs: [along] }, out) {
          if (along) scaled(along, out);
        },
        vjp(_, cotangent, [target]) {
          if (target) scaled(cotangent, target);
        },
      };
    },
  };
}

function requireLength(constant: Constant): void {
  if (typeof constant === "number" || constant.data.length === sizeOf(constant.shape)) return;
  throw new RangeError(`affine: expected ${sizeOf(constant.shape)} numbers, got ${constant.data.length}`);
}

/** The constant for every element of one sample. */
function stretched(constant: Constant, input: Shape, { math, precision }: BindContext): FloatArray {
  const result = math.allocate(precision, sizeOf(input));
  if (typeof constant === "number") return result.fill(constant);
  const { data } = constant;
  for (const [i, place] of broadcastPlaces(constant.shape, input).entries()) result[i] = data[place];
  return result;
}
