import { InputError } from "../../../inputError.ts";
import type { FloatArray } from "../../../linalg/matrix.ts";
import type { Operation } from "../operation.ts";
import { describeShape } from "../shape.ts";
import { requireAxes } from "./requireShapes.ts";
import { rowMajorStrides, stridedPlaces } from "./strides.ts";

/**
 * Axis k of the output is axis `axes[k]` of the input, as torch.permute. `apply` throws an InputError unless `axes` names
 * each axis of the input once.
 */
export function transpose(axes: readonly number[]): Operation {
  return {
    name: "transpose",
    arity: { inputs: 1, parameters: 0 },
    outputShape([input]) {
      requireAxes("transpose", axes, input);
      if (axes.length !== input.length) {
        throw new InputError(
          `transpose: expected an order of all ${input.length} axes of ${describeShape(input)}, got ${axes.join(", ")}`,
        );
      }
      return axes.map((axis) => input[axis]);
    },
    bind([input]) {
      const strides = rowMajorStrides(input);
      const places = stridedPlaces(
        axes.map((axis) => input[axis]),
        axes.map((axis) => strides[axis]),
      );
      const permute = (x: FloatArray, out: FloatArray) => {
        for (let start = 0; start < out.length; start += places.length) {
          for (let i = 0; i < places.length; i++) out[start + i] = x[start + places[i]];
        }
      };
      return {
        forward: ({ inputs: [x], output }) => permute(x, output),
        jvp(_, { inputs: [along] }, out) {
          if (along) permute(along, out);
        },
        vjp(_, cotangent, [target]) {
          if (!target) return;
          for (let start = 0; start < target.length; start += places.length) {
            for (let i = 0; i < places.length; i++) target[start + places[i]] = cotangent[start + i];
          }
        },
      };
    },
  };
}
