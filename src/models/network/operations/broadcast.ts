import type { FloatArray } from "../../../linalg/matrix.ts";
import { type Shape, sizeOf } from "../shape.ts";
import { rowMajorStrides, stridedPlaces } from "./strides.ts";

/** Whether a tensor stretches to `full` as in NumPy: last axes aligned, missing axes and those of length 1 repeated. */
export function stretchesTo(shape: Shape, full: Shape): boolean {
  const extra = shape.length - full.length;
  return shape.every((length, axis) => length === 1 || length === full[axis - extra]);
}

/** For each element of `full`, the place in a tensor that stretches to it of the element it meets. */
export function broadcastPlaces(shape: Shape, full: Shape): Int32Array {
  const extra = shape.length - full.length;
  const own = rowMajorStrides(shape);
  const strides = full.map((_, axis) => ((shape[axis + extra] ?? 1) === 1 ? 0 : own[axis + extra]));
  return stridedPlaces(full, strides);
}

/** The adjoint of broadcasting: sums, in float64, over the elements that meet one element of a parameter. */
interface BroadcastSums {
  /** gradient ← gradient + scale·Σ over all samples of x, or of x∘y. */
  total(scale: number, x: FloatArray, y: FloatArray | undefined, gradient: FloatArray): void;
  /** target ← the sums of each sample by itself, one after another. */
  each(x: FloatArray, y: FloatArray | undefined, target: FloatArray): FloatArray;
}

export function broadcastSums(shape: Shape, full: Shape): BroadcastSums {
  const places = broadcastPlaces(shape, full);
  const sums = new Float64Array(sizeOf(shape));
  const addSample = (start: number, x: FloatArray, y: FloatArray | undefined) => {
    if (y) for (let i = 0; i < places.length; i++) sums[places[i]] += x[start + i] * y[start + i];
    else for (let i = 0; i < places.length; i++) sums[places[i]] += x[start + i];
  };
  return {
    total(scale, x, y, gradient) {
      sums.fill(0);
      for (let start = 0; start < x.length; start += places.length) addSample(start, x, y);
      for (let k = 0; k < sums.length; k++) gradient[k] += scale * sums[k];
    },
    each(x, y, target) {
      for (let start = 0, to = 0; start < x.length; start += places.length, to += sums.length) {
        sums.fill(0);
        addSample(start, x, y);
        target.set(sums, to);
      }
      return target;
    },
  };
}
