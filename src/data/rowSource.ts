/**
 * Rows of equally many numbers as their files hold them, a block at a time: what data sets larger than memory stand on.
 * Reads are done when they return: a sweep over samples has nothing to wait for.
 */
import type { FloatArray } from "../linalg/matrix.ts";
import type { SyncByteSource } from "./byteSource.ts";
import { decodeElements, type ElementType, elementBytes } from "./floatElements.ts";

export type StoredNumbers = Uint8Array | FloatArray;

export interface RowSource {
  readonly count: number;
  /** Numbers in a row. */
  readonly width: number;
  /** The smallest of these types that holds every number exactly. */
  readonly type: "uint8" | "float32" | "float64";
  /** target ← the rows at these indices, one after another. Throws an InputError where the file cannot be read. */
  read(rows: Int32Array, target: StoredNumbers): void;
}

/** Rows that lie in a file, or in bytes in memory, at equal distances. */
export interface RowLayout {
  readonly bytes: SyncByteSource;
  /** Bytes before the first row. */
  readonly position: number;
  /** Bytes from the beginning of a row to that of the next. */
  readonly stride: number;
  readonly count: number;
  readonly width: number;
  readonly dtype: ElementType;
  readonly littleEndian: boolean;
}

/** Rows one after another, all in memory; not copied. */
export function memoryRows(values: StoredNumbers, width: number): RowSource {
  return {
    count: values.length / width,
    width,
    type: values instanceof Uint8Array ? "uint8" : values instanceof Float32Array ? "float32" : "float64",
    read(rows, target) {
      for (let k = 0; k < rows.length; k++) {
        target.set(values.subarray(rows[k] * width, (rows[k] + 1) * width), k * width);
      }
    },
  };
}

/** Read where they lie: rows that follow each other by one call. `layout.bytes` stays open, and must. */
export function fileRows({ bytes, position, stride, count, width, ...elements }: RowLayout): RowSource {
  const { dtype, littleEndian } = elements;
  const rowBytes = width * elementBytes[dtype];
  const rowsAtOnce = Math.max(1, Math.floor(bufferBytes / stride));
  let buffer = new Uint8Array(0);
  return {
    count,
    width,
    type: storedType(dtype),
    read(rows, target) {
      for (let place = 0, run = 0; place < rows.length; place += run) {
        run = runLength(rows, place, rowsAtOnce);
        const size = (run - 1) * stride + rowBytes;
        if (buffer.length < size) buffer = new Uint8Array(size);
        bytes.readSync(position + rows[place] * stride, buffer.subarray(0, size));
        // rows that lie closely are decoded together, others one by one
        const together = stride === rowBytes ? run : 1;
        for (let k = 0; k < run; k += together) {
          const part = buffer.subarray(k * stride, k * stride + together * rowBytes);
          target.set(decodeElements(part, dtype, littleEndian, bytes.name), (place + k) * width);
        }
      }
    },
  };
}

/** The rows of all of these, in their order; they have one width and one type. */
export function joinedRows(parts: readonly RowSource[]): RowSource {
  const { width, type } = parts[0];
  const starts = [0];
  for (const part of parts) starts.push(starts[starts.length - 1] + part.count);
  return {
    count: starts[parts.length],
    width,
    type,
    read(rows, target) {
      for (let place = 0, end = 0; place < rows.length; place = end) {
        const part = starts.findLastIndex((start) => start <= rows[place]);
        const inside = (row: number) => row >= starts[part] && row < starts[part + 1];
        while (end < rows.length && inside(rows[end])) end++;
        const own = rows.slice(place, end).map((row) => row - starts[part]);
        parts[part].read(own, target.subarray(place * width, end * width));
      }
    },
  };
}

/** Of the rows at `rows`, some at a time in one array that is used again: for whoever looks at each of them once. */
export function* rowBlocks(
  source: RowSource,
  rows: Int32Array,
): Generator<{ readonly rows: Int32Array; readonly values: StoredNumbers }> {
  const { width, type } = source;
  const size = type === "uint8" ? 1 : 8;
  const atOnce = Math.min(rows.length, Math.max(1, Math.floor(bufferBytes / (width * size))));
  const values = storedNumbers(type, atOnce * width);
  for (let start = 0; start < rows.length; start += atOnce) {
    const block = rows.subarray(start, start + atOnce);
    source.read(block, values);
    yield { rows: block, values: values.subarray(0, block.length * width) };
  }
}

export function storedNumbers(type: RowSource["type"], length: number): StoredNumbers {
  if (type === "uint8") return new Uint8Array(length);
  return type === "float32" ? new Float32Array(length) : new Float64Array(length);
}

/** float64 only where float32 would round. */
export function storedType(dtype: ElementType): RowSource["type"] {
  if (dtype === "uint8" || dtype === "bool") return "uint8";
  return /^(float16|bfloat16|float32|int8|u?int16)$/.test(dtype) ? "float32" : "float64";
}

const bufferBytes = 4 * 2 ** 20;

/** How many rows from `place` on follow each other, at most `most`. */
function runLength(rows: Int32Array, place: number, most: number): number {
  let length = 1;
  while (length < most && rows[place + length] === rows[place] + length) length++;
  return length;
}
