import { InputError } from "../../../inputError.ts";
import type { FloatArray } from "../../../linalg/matrix.ts";
import type { Operation } from "../operation.ts";
import { describeShape, type Shape, sizeOf } from "../shape.ts";
import { rowMajorStrides, stridedPlaces } from "./strides.ts";

/** How many zeros are put around a tensor. */
export interface PadOptions {
  /** Zeros before and after, for each axis. */
  readonly before: readonly number[];
  readonly after: readonly number[];
}

/**
 * Zeros around the input, as torch.nn.functional.pad: axis k gets before[k] + after[k] longer. `apply` throws an
 * InputError where there is not one count before and one after for each axis, or one is negative or not whole.
 */
export function pad({ before, after }: PadOptions): Operation {
  const padded = (input: Shape) => input.map((length, axis) => before[axis] + length + after[axis]);
  return {
    name: "pad",
    arity: { inputs: 1, parameters: 0 },
    outputShape([input]) {
      const counts = [...before, ...after];
      const fits = before.length === input.length && after.length === input.length;
      if (!fits || counts.some((count) => !(Number.isInteger(count) && count >= 0))) {
        throw new InputError(
          `pad: expected counts of at least 0 for each axis of an input of shape ${describeShape(input)}, got ${before.join(", ")} before and ${after.join(", ")} after`,
        );
      }
      return padded(input);
    },
    bind([input]) {
      const full = padded(input);
      const whole = sizeOf(full);
      const strides = rowMajorStrides(full);
      const places = stridedPlaces(input, strides);
      const start = before.reduce((sum, count, axis) => sum + count * strides[axis], 0);
      const surround = (x: FloatArray, y: FloatArray) => {
        y.fill(0);
        for (let from = 0, to = start; from < x.length; from += places.length, to += whole) {
          for (let i = 0; i < places.length; i++) y[to + places[i]] = x[from + i];
        }
      };
      return {
        forward: ({ inputs: [x], output }) => surround(x, output),
        jvp(_, { inputs: [along] }, out) {
          if (along) surround(along, out);
        },
        vjp(_, cotangent, [target]) {
          if (!target) return;
          for (let to = 0, from = start; to < target.length; to += places.length, from += whole) {
            for (let i = 0; i < places.length; i++) target[to + i] = cotangent[from + places[i]];
          }
        },
      };
    },
  };
}
