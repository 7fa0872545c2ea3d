import type { FloatArray } from "../../linalg/matrix.ts";
import type { Precision, VectorMath } from "../../linalg/vectorMath.ts";

/** Arrays for the cotangents of a backward sweep: each lives from its first writer to its reader, then serves again. */
export interface BufferPool {
  /** An array of count·size numbers, with whatever was in it. */
  acquire(count: number, size: number): FloatArray;
  giveBack(array: FloatArray): void;
}

/** Arrays have room for `capacity` rows from the start; where more are asked for, a longer one takes the place of one that is free. */
export function bufferPool(math: VectorMath, precision: Precision, capacity: number): BufferPool {
  const free = new Map<number, FloatArray[]>();
  const lent = new WeakMap<FloatArray, { readonly whole: FloatArray; readonly size: number }>();
  return {
    acquire(count, size) {
      let whole = free.get(size)?.pop();
      if (!whole || whole.length < count * size) {
        if (whole) math.release(whole);
        whole = math.allocate(precision, Math.max(capacity, count) * size);
      }
      const part = whole.subarray(0, count * size);
      lent.set(part, { whole, size });
      return part;
    },
    giveBack(array) {
      const { whole, size } = lent.get(array)!;
      const same = free.get(size);
      if (same) same.push(whole);
      else free.set(size, [whole]);
    },
  };
}
