import type { FloatArray } from "../../linalg/matrix.ts";
import type { Precision, VectorMath } from "../../linalg/vectorMath.ts";

/** Arrays for the cotangents of a backward sweep: each lives from its first writer to its reader, then serves again. */
export interface BufferPool {
  /** An array of count·size numbers, with whatever was in it. */
  acquire(count: number, size: number): FloatArray;
  giveBack(array: FloatArray): void;
}

export function bufferPool(math: VectorMath, precision: Precision, capacity: number): BufferPool {
  const free = new Map<number, FloatArray[]>();
  const wholeOf = new WeakMap<FloatArray, FloatArray>();
  return {
    acquire(count, size) {
      const whole = free.get(size)?.pop() ?? math.allocate(precision, capacity * size);
      const part = whole.subarray(0, count * size);
      wholeOf.set(part, whole);
      return part;
    },
    giveBack(array) {
      const whole = wholeOf.get(array)!;
      const size = whole.length / capacity;
      const same = free.get(size);
      if (same) same.push(whole);
      else free.set(size, [whole]);
    },
  };
}
