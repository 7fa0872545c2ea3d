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
  const free = new Map<number, Buffer[]>();
  const taken = new Map<FloatArray, Buffer>();
  const newBuffer = (length: number, size: number): Buffer => {
    const whole = math.allocate(precision, length);
    return { whole, size, part: whole };
  };
  return {
    acquire(count, size) {
      const length = count * size;
      let buffer = free.get(size)?.pop();
      if (!buffer || buffer.whole.length < length) {
        if (buffer) math.release(buffer.whole);
        buffer = newBuffer(Math.max(capacity, count) * size, size);
      }
      // mostly that of last time: views cost more than the arithmetic of a small network
      if (buffer.part.length !== length) buffer.part = buffer.whole.subarray(0, length);
      taken.set(buffer.part, buffer);
      return buffer.part;
    },
    giveBack(array) {
      const buffer = taken.get(array)!;
      taken.delete(array);
      const same = free.get(buffer.size);
      if (same) same.push(buffer);
      else free.set(buffer.size, [buffer]);
    },
  };
}

interface Buffer {
  readonly whole: FloatArray;
  readonly size: number;
  /** The beginning of it that was handed out last. */
  part: FloatArray;
}
