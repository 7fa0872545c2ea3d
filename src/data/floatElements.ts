/** Element types of array files, and their bytes as numbers. The one place that knows the host's byte order. */
import { InputError } from "../inputError.ts";
import { decodeBfloat16, decodeFloat16 } from "./float16.ts";

/** Bytes one element takes. */
export const elementBytes = {
  float16: 2,
  bfloat16: 2,
  float32: 4,
  float64: 8,
  int8: 1,
  int16: 2,
  int32: 4,
  int64: 8,
  uint8: 1,
  uint16: 2,
  uint32: 4,
  uint64: 8,
  bool: 1,
} as const;

/** Types of numbers in files, by the names that numpy has, and PyTorch for bfloat16. */
export type ElementType = keyof typeof elementBytes;

/** Arrays the writers take: what they hold names the element type on disk. */
export type ElementArray =
  | Float32Array
  | Float64Array
  | Int8Array
  | Int16Array
  | Int32Array
  | BigInt64Array
  | Uint8Array
  | Uint16Array
  | Uint32Array
  | BigUint64Array;

/** Elements in row-major order, ∏ shape of them, and the shape they have. */
export interface ShapedArray {
  readonly data: ElementArray;
  readonly shape: readonly number[];
}

export const hostIsLittleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/**
 * Bytes that an array of this shape takes; undefined where its sizes, those of 0 aside, multiply to 2⁵³ bytes or more
 * (numpy refuses such shapes too).
 */
export function arrayBytes(shape: readonly number[], type: ElementType): number | undefined {
  const size = shape.reduce((product, length) => product * (length || 1), elementBytes[type]);
  if (!Number.isSafeInteger(size)) return undefined;
  return shape.includes(0) ? 0 : size;
}

/** The element type that `data` holds. */
export function elementTypeOf(data: ElementArray): ElementType {
  if (data instanceof Float32Array) return "float32";
  if (data instanceof Float64Array) return "float64";
  if (data instanceof Int8Array) return "int8";
  if (data instanceof Int16Array) return "int16";
  if (data instanceof Int32Array) return "int32";
  if (data instanceof BigInt64Array) return "int64";
  if (data instanceof Uint8Array) return "uint8";
  if (data instanceof Uint16Array) return "uint16";
  if (data instanceof Uint32Array) return "uint32";
  return "uint64";
}

/** The elements of `data` as little-endian bytes: a view where the host is little-endian, else a swapped copy. */
export function littleEndianBytes(data: ElementArray): Uint8Array {
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  if (hostIsLittleEndian) return bytes;
  const copy = bytes.slice();
  swapBytes(copy, data.BYTES_PER_ELEMENT);
  return copy;
}

/**
 * Numbers from `bytes`, whose offset in its buffer must be a multiple of the element's size. May work in place: the
 * content of `bytes` is lost, and the result may be a view of it. Throws an InputError that starts with `name` on a
 * 64-bit integer that float64 cannot hold exactly (magnitude 2⁵³ or more).
 */
export function decodeElements(
  bytes: Uint8Array,
  type: ElementType,
  littleEndian: boolean,
  name: string,
): ArrayLike<number> {
  const size = elementBytes[type];
  if (littleEndian !== hostIsLittleEndian) swapBytes(bytes, size);
  const { buffer, byteOffset } = bytes;
  const length = bytes.length / size;
  switch (type) {
    case "float32":
      return new Float32Array(buffer, byteOffset, length);
    case "float64":
      return new Float64Array(buffer, byteOffset, length);
    case "float16": {
      const numbers = new Float32Array(length);
      decodeFloat16(new Uint16Array(buffer, byteOffset, length), numbers);
      return numbers;
    }
    case "bfloat16": {
      const numbers = new Float32Array(length);
      decodeBfloat16(new Uint16Array(buffer, byteOffset, length), numbers);
      return numbers;
    }
    case "int8":
      return new Int8Array(buffer, byteOffset, length);
    case "int16":
      return new Int16Array(buffer, byteOffset, length);
    case "int32":
      return new Int32Array(buffer, byteOffset, length);
    case "uint8":
      return bytes;
    case "uint16":
      return new Uint16Array(buffer, byteOffset, length);
    case "uint32":
      return new Uint32Array(buffer, byteOffset, length);
    case "bool":
      return bytes.map((byte) => (byte === 0 ? 0 : 1));
    case "int64":
      return exactNumbers(bytes, new Int32Array(buffer, byteOffset, 2 * length), name);
    case "uint64":
      return exactNumbers(bytes, new Uint32Array(buffer, byteOffset, 2 * length), name);
  }
}

/** 64-bit integers as float64, from their two halves in host order: `halves` gives the sign to the upper one. */
function exactNumbers(bytes: Uint8Array, halves: Int32Array | Uint32Array, name: string): Float64Array {
  const words = new Uint32Array(bytes.buffer, bytes.byteOffset, halves.length);
  const low = hostIsLittleEndian ? 0 : 1;
  const numbers = new Float64Array(halves.length / 2);
  for (let k = 0; k < numbers.length; k++) {
    const value = halves[2 * k + 1 - low] * 2 ** 32 + words[2 * k + low];
    if (!Number.isSafeInteger(value)) {
      throw new InputError(
        `${name}: expected integers of magnitude below 2^53, got about ${value}; save it as float64 if rounding is fine`,
      );
    }
    numbers[k] = value;
  }
  return numbers;
}

/** Reverses the bytes of every element, in place. */
function swapBytes(bytes: Uint8Array, size: number): void {
  if (size === 1) return;
  if (size === 2) {
    const words = new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.length / 2);
    for (let k = 0; k < words.length; k++) words[k] = (words[k] << 8) | (words[k] >>> 8);
    return;
  }
  const words = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
  for (let k = 0; k < words.length; k++) {
    const word = words[k];
    words[k] = (word << 24) | ((word & 0xff00) << 8) | ((word >>> 8) & 0xff00) | (word >>> 24);
  }
  if (size === 8) {
    for (let k = 0; k < words.length; k += 2) {
      const first = words[k];
      words[k] = words[k + 1];
      words[k + 1] = first;
    }
  }
}
