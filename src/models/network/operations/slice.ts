import { InputError } from "../../../inputError.ts";
import type { FloatArray } from "../../../linalg/matrix.ts";
import type { Operation } from "../operation.ts";
import { describeShape, sizeOf } from "../shape.ts";

export interface SliceOptions {
  readonly axis: number;
  /** The first index taken; from 0. */
  readonly start: number;
  /** The index before which to stop. */
  readonly end: number;
  /** From one index taken to the next; 1 by default. */
  readonly step?: number;
}

/** Indices start, start + step, … below end of one axis. */
export function slice({ axis, start, end, step = 1 }: SliceOptions): Operation {
  return {
    name: "slice",
    outputShape([input]) {
      const fits = axis >= 0 && axis < input.length && start >= 0 && start < end && end <= input[axis];
      if (!fits || !(step >= 1) || ![axis, start, end, step].every(Number.isInteger)) {
        throw new InputError(
          `slice: expected indices of an axis of ${describeShape(input)} in rising order, got ${start} to ${end} in steps of ${step} on axis ${axis}`,
        );
      }
      return input.with(axis, Math.ceil((end - start) / step));
    },
    bind([input]) {
      const inner = sizeOf(input.slice(axis + 1));
      const whole = input[axis] * inner;
      const take = (x: FloatArray, y: FloatArray) => {
        let to = 0;
        for (let block = 0; block < x.length; block += whole) {
          for (let index = start; index < end; index += step) {
            for (let k = 0, at = block + index * inner; k < inner; k++) y[to++] = x[at++];
          }
        }
      };
      const putBack = (y: FloatArray, x: FloatArray) => {
        x.fill(0);
        let from = 0;
        for (let block = 0; block < x.length; block += whole) {
          for (let index = start; index < end; index += step) {
            for (let k = 0, at = block + index * inner; k < inner; k++) x[at++] = y[from++];
          }
        }
      };
      return {
        forward: ({ inputs: [x], output }) => take(x, output),
        jvp(_, { inputs: [tangent] }, out) {
          if (tangent) take(tangent, out);
        },
        vjp(_, cotangent, [target]) {
          if (target) putBack(cotangent, target);
        },
      };
    },
  };
}
