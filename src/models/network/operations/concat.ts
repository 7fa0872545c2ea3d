import { InputError } from "../../../inputError.ts";
import type { FloatArray } from "../../../linalg/matrix.ts";
import type { Operation } from "../operation.ts";
import { describeShape, sizeOf } from "../shape.ts";

/**
 * Inputs one after another along an axis of theirs, as torch.cat: that axis of the output is as long as theirs together.
 * `apply` throws an InputError where another axis differs, or they lack this one (no negative axes).
 */
export function concat(axis: number): Operation {
  return {
    name: "concat",
    outputShape(inputs) {
      const [first] = inputs;
      const fits = inputs.every(
        (shape) =>
          shape.length === first.length && shape.every((length, k) => k === axis || length === first[k]),
      );
      if (!fits || !(axis >= 0 && axis < first.length)) {
        throw new InputError(
          `concat: expected shapes that agree but for axis ${axis}, got ${inputs.map(describeShape).join(", ")}`,
        );
      }
      return first.with(
        axis,
        inputs.reduce((sum, shape) => sum + shape[axis], 0),
      );
    },
    bind(inputs) {
      const sizes = inputs.map((shape) => sizeOf(shape.slice(axis)));
      const whole = sizes.reduce((sum, size) => sum + size, 0);
      const starts = sizes.map((_, k) => sizes.slice(0, k).reduce((sum, size) => sum + size, 0));
      const write = (k: number, part: FloatArray, y: FloatArray) => {
        let from = 0;
        for (let block = starts[k]; block < y.length; block += whole) {
          for (let to = block; to < block + sizes[k]; to++) y[to] = part[from++];
        }
      };
      const read = (k: number, y: FloatArray, part: FloatArray) => {
        let to = 0;
        for (let block = starts[k]; block < y.length; block += whole) {
          for (let from = block; from < block + sizes[k]; from++) part[to++] = y[from];
        }
      };
      return {
        forward({ inputs: parts, output }) {
          for (const [k, part] of parts.entries()) write(k, part, output);
        },
        jvp(_, { inputs: parts }, out) {
          out.fill(0);
          for (const [k, part] of parts.entries()) if (part) write(k, part, out);
        },
        vjp(_, cotangent, targets) {
          for (const [k, target] of targets.entries()) if (target) read(k, cotangent, target);
        },
      };
    },
  };
}
