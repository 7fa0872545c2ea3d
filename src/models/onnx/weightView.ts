import { type Shape, sameShape } from "../network/shape.ts";
import { type Tensor, transposeTensor } from "./tensor.ts";
import type { Weight } from "./value.ts";

/** The numbers of a weight as it is seen. */
export function weightTensor({ tensor, transposed, shape }: Weight): Tensor {
  return { ...(transposed ? transposeTensor(tensor, [1, 0]) : tensor), shape };
}

/** The weight under another shape of the same size, its numbers in the same order; undefined where it is transposed. */
export function reshapeWeight(weight: Weight, shape: Shape): Weight | undefined {
  return weight.transposed && !sameShape(shape, weight.shape) ? undefined : { ...weight, shape };
}

/** The weight with its axes in another order; undefined where that is neither no change nor a whole matrix transposed. */
export function transposeWeight(weight: Weight, axes: readonly number[]): Weight | undefined {
  const { tensor, transposed } = weight;
  const shape = axes.map((axis) => weight.shape[axis]);
  const long = axes.filter((axis) => weight.shape[axis] > 1);
  if (!transposed && long.every((axis, k) => k === 0 || axis > long[k - 1])) return { ...weight, shape };
  const own = transposed ? tensor.shape.toReversed() : tensor.shape;
  if (shape.length !== 2 || !sameShape(own, weight.shape)) return undefined;
  return axes[0] === 0 ? weight : { ...weight, shape, transposed: !transposed };
}
