/** Typed arrays on one WebAssembly memory, given out and taken back. */
import type { FloatArray } from "../matrix.ts";
import type { Precision } from "../vectorMath.ts";
import { blockUnit, freeBlocks } from "./freeBlocks.ts";

const pageBytes = 2 ** 16;
/** Left free at both ends: the functions read a little beyond the arrays they are given. */
const margin = blockUnit;

/** Each growth makes a new buffer to recognise, so memory doubles, in steps of at most 256 MiB. */
const largestGrowth = 2 ** 28;

/** What a WebAssembly.Memory was made with; `initial` and `maximum` in pages of 64 KiB. */
export interface MemoryLimits {
  readonly shared: boolean;
  readonly initial: number;
  /** Above `initial` only for shared memory: growing the other kind detaches the arrays on it. */
  readonly maximum: number;
}

export interface VectorMemory {
  /** A zeroed array, 64-byte aligned; on memory of its own when this one is exhausted. */
  allocate(precision: Precision, length: number): FloatArray;
  /** Throws a RangeError for an array that lies here but is not one that `allocate` gave, or was released before. */
  release(array: FloatArray): void;
  /** Whether the array, or what it is a part of, lies here. */
  contains(array: FloatArray | Int32Array): boolean;
}

/** Arrays on `memory`, made with these limits and used by nobody else; `clear` zeroes bytes of it. */
export function vectorMemory(
  memory: WebAssembly.Memory,
  { maximum }: MemoryLimits,
  clear: (at: number, bytes: number) => void,
): VectorMemory {
  const free = freeBlocks();
  /** Bytes of the arrays that are in use, by address. */
  const taken = new Map<number, number>();
  /** Growing leaves older buffers valid; all of them show the same memory. */
  const buffers = new Set<ArrayBufferLike>();
  let buffer = memory.buffer;
  let end = buffer.byteLength - margin;
  /** From here on memory is zero because no array ever lay there. */
  let untouched = margin;
  buffers.add(buffer);
  free.give(margin, end - margin);

  /** Makes a free block of `size` at the end. False when the limit or the system forbids it. */
  function grow(size: number): boolean {
    const wanted = Math.max(size, Math.min(buffer.byteLength, largestGrowth));
    const left = maximum - buffer.byteLength / pageBytes;
    const pages = Math.min(Math.ceil(wanted / pageBytes), left);
    if (pages * pageBytes < size) return false;
    try {
      memory.grow(pages);
    } catch {
      return false;
    }
    buffer = memory.buffer;
    buffers.add(buffer);
    const newEnd = buffer.byteLength - margin;
    free.give(end, newEnd - end);
    end = newEnd;
    return true;
  }

  return {
    allocate(precision, length) {
      const kind = precision === "float32" ? Float32Array : Float64Array;
      const bytes = length * kind.BYTES_PER_ELEMENT;
      // Written so that a length that is no number is left to the constructor to refuse.
      if (!(bytes > 0 && bytes <= maximum * pageBytes)) return new kind(length);
      const size = free.blockSize(bytes);
      let address = free.take(size);
      if (address === undefined && grow(size)) address = free.take(size);
      if (address === undefined) return new kind(length);
      const array = new kind(buffer, address, length);
      taken.set(address, bytes);
      if (address < untouched) clear(address, Math.min(size, untouched - address));
      untouched = Math.max(untouched, address + size);
      return array;
    },
    release(array) {
      if (!buffers.has(array.buffer)) return;
      const bytes = taken.get(array.byteOffset);
      if (bytes === undefined || bytes !== array.byteLength)
        throw new RangeError("release: expected an array that allocate gave and still in use");
      taken.delete(array.byteOffset);
      free.give(array.byteOffset, free.blockSize(bytes));
    },
    contains: (array) => array.buffer === buffer || buffers.has(array.buffer),
  };
}
