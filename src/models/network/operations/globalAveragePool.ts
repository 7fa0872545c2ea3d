import { InputError } from "../../../inputError.ts";
import type { FloatArray } from "../../../linalg/matrix.ts";
import type { Operation } from "../operation.ts";
import { describeShape, sizeOf } from "../shape.ts";

/**
 * The average of each channel: channels×height×width (or any number of axes after the first) → channels, as PyTorch's
 * AdaptiveAvgPool2d(1) flattened. `apply` throws an InputError where there is no axis after the first.
 */
export function globalAveragePool(): Operation {
  return {
    name: "globalAveragePool",
    arity: { inputs: 1, parameters: 0 },
    outputShape([image]) {
      if (image.length < 2) {
        throw new InputError(
          `globalAveragePool: expected channels and at least one axis to average over, got shape ${describeShape(image)}`,
        );
      }
      return [image[0]];
    },
    bind([image], _parameters, { math }) {
      const pixels = sizeOf(image) / image[0];
      const average = (x: FloatArray, y: FloatArray) => {
        y.fill(0);
        math.sumColumns(pixels, 1 / pixels, x, y);
      };
      return {
        forward: ({ inputs: [x], output }) => average(x, output),
        jvp(_, { inputs: [input] }, out) {
          if (input) average(input, out);
        },
        vjp(_, cotangent, [target]) {
          if (!target) return;
          for (const [k, value] of cotangent.entries()) {
            target.fill(value / pixels, k * pixels, (k + 1) * pixels);
          }
        },
        affine: true,
      };
    },
  };
}
