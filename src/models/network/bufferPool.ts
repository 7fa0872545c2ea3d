import type { FloatArray } from "../../linalg/matrix.ts";
import type { Precision, VectorMath } from "../../linalg/vectorMath.ts";

/** Arrays for the cotangents of a backward sweep: each lives from its first writer to its reader, then serves again. */
export interface BufferPool {
  /** An array of count·size numbers, with whatever was in it. */
  acquire(count: number, size: number): FloatArray;
  giveBack(array: FloatArray): void;
}

export function bufferPool(math: VectorMath, precision: Precision, capacity: number): BufferPool {
  const free = new Map<number, Buffer[]>();
  const taken = new Map<FloatArray, Buffer>();
  const newBuffer = (length: number): Buffer => {
    const whole = math.allocate(precision, length);
    return { whole, part: whole };
  };
  return {
    acquire(count, size) {
      const buffer = free.get(size)?.pop() ?? newBuffer(capacity * size);
      const length = count * size;
      // mostly that of last time: views cost more than the arithmetic of a small network
      if (buffer.part.length !== length) buffer.part = buffer.whole.subarray(0, length);
      taken.set(buffer.part, buffer);
      return buffer.part;
    },
    giveBack(array) {
      const buffer = taken.get(array)!;
      taken.delete(array);
      const size = buffer.whole.length / capacity;
      const same = free.get(size);
      if (same) same.push(buffer);
      else free.set(size, [buffer]);
    },
  };
}

interface Buffer {
  readonly whole: FloatArray;
  /** The beginning of it that was handed out last. */
  part: FloatArray;
}
