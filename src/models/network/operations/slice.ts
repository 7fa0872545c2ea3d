import { InputError } from "../../../inputError.ts";
import type { SlidingWindow } from "../../../linalg/vectorMath.ts";
import type { Operation } from "../operation.ts";
import { describeShape, type Shape, sizeOf } from "../shape.ts";

/** Which indices along one axis are taken. */
export interface SliceOptions {
  readonly axis: number;
  /** The first index taken; from 0. */
  readonly start: number;
  /** The index before which to stop. */
  readonly end: number;
  /** From one index taken to the next; 1 by default. */
  readonly step?: number;
}

/**
 * Indices start, start + step, … below end of one axis, as x[start:end:step] there: ⌈(end − start)/step⌉ of them, the
 * other axes whole. `apply` throws an InputError unless 0 ≤ start < end ≤ the axis' length and step ≥ 1, all integers,
 * and the input has the axis.
 */
export function slice({ axis, start, end, step = 1 }: SliceOptions): Operation {
  return {
    name: "slice",
    arity: { inputs: 1, parameters: 0 },
    outputShape([input]) {
      const fits = axis >= 0 && axis < input.length && start >= 0 && start < end && end <= input[axis];
      if (!fits || !(step >= 1) || ![axis, start, end, step].every(Number.isInteger)) {
        throw new InputError(
          `slice: expected indices of an axis of ${describeShape(input)} in rising order, got ${start} to ${end} in steps of ${step} on axis ${axis}`,
        );
      }
      return input.with(axis, Math.ceil((end - start) / step));
    },
    bind([input], _parameters, { math }) {
      const windowOver = takenPixels(input, { axis, start, end, step });
      return {
        forward: ({ count, inputs: [x], output }) => math.unfold(windowOver(count), x, output),
        jvp({ count }, { inputs: [tangent] }, out) {
          if (tangent) math.unfold(windowOver(count), tangent, out);
        },
        vjp({ count }, cotangent, [target]) {
          if (!target) return;
          target.fill(0);
          math.fold(windowOver(count), cotangent, target);
        },
      };
    },
  };
}

/** The indices taken as what a kernel of one pixel sees, of images whose height, or width for the last axis, is that axis. */
function takenPixels(input: Shape, { axis, start, end, step }: Required<SliceOptions>) {
  const [outer, length, inner] = [sizeOf(input.slice(0, axis)), input[axis], sizeOf(input.slice(axis + 1))];
  const taken = Math.ceil((end - start) / step);
  const pixel = { kernel: [1, 1], dilation: [1, 1] } as const;
  return (count: number): SlidingWindow =>
    inner === 1
      ? {
          ...pixel,
          channels: 1,
          height: count * outer,
          width: length,
          stride: [1, step],
          padding: [0, -start],
          outHeight: count * outer,
          outWidth: taken,
        }
      : {
          ...pixel,
          channels: count * outer,
          height: length,
          width: inner,
          stride: [step, 1],
          padding: [-start, 0],
          outHeight: taken,
          outWidth: inner,
        };
}
