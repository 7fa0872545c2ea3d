import { asWritingError } from "../fileProblem.ts";
import { type ElementArray, type ElementType, elementTypeOf, hostIsLittleEndian } from "./floatElements.ts";
import { npyMagic } from "./npyHeader.ts";

/**
 * `data` as the content of an npy file (version 1.0) of this shape. The elements lie in `data` in row-major order, or
 * with `fortranOrder` in column-major order, and are written as they lie.
 * Throws a RangeError where the shape does not have as many elements as `data`, or an axis is no non-negative integer.
 */
export function encodeNpy(
  data: ElementArray,
  shape: readonly number[],
  { fortranOrder = false }: { readonly fortranOrder?: boolean } = {},
): Uint8Array<ArrayBuffer> {
  if (shape.some((length) => !(Number.isInteger(length) && length >= 0))) {
    throw new RangeError(`npy: expected a shape of non-negative integers, got (${shape.join(", ")})`);
  }
  const size = shape.reduce((product, length) => product * length, 1);
  if (size !== data.length) {
    throw new RangeError(`npy: shape (${shape.join(", ")}) has ${size} elements, data has ${data.length}`);
  }
  const header = npyHeader(elementTypeOf(data), shape, fortranOrder);
  const file = new Uint8Array(header.length + data.byteLength);
  file.set(header);
  file.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), header.length);
  return file;
}

/** Writes an npy file row by row: for arrays larger than memory. */
export interface NpyWriter {
  /**
   * Appends whole rows, row-major, any number of them; `rows` must not change until the promise settles.
   * Throws a RangeError where it does not hold whole rows or is of another type than the file, an InputError where there is
   * no room.
   */
  append(rows: Float32Array | Float64Array): Promise<void>;
  /**
   * Writes the number of rows into the header: before this the file is not a valid one. To be called once, when all appends
   * have settled. Throws an InputError where there is no room.
   */
  close(): Promise<void>;
}

/**
 * Creates (or overwrites) the npy file at `path`, of shape (rows appended, …rowShape) (Node only).
 * Throws an InputError where the file cannot be created or written, a RangeError on a row of no elements or of axes that are
 * no positive integers.
 */
export async function createNpy(
  path: string,
  dtype: "float32" | "float64",
  rowShape: readonly number[],
): Promise<NpyWriter> {
  if (!rowShape.every((length) => Number.isInteger(length) && length > 0)) {
    throw new RangeError(`${path}: expected rows of positive integers, got shape (${rowShape.join(", ")})`);
  }
  const rowLength = rowShape.reduce((product, length) => product * length, 1);
  const { open } = await import("node:fs/promises");
  const asked = <T>(answer: Promise<T>): Promise<T> =>
    answer.catch((error) => {
      throw asWritingError(path, error);
    });
  const file = await asked(open(path, "w"));
  const headerFor = (rows: number) => npyHeader(dtype, [rows, ...rowShape], false);
  let end = headerFor(0).length;
  let rows = 0;

  const write = async (bytes: Uint8Array, position: number) => {
    for (let written = 0; written < bytes.length; ) {
      const length = Math.min(bytes.length - written, 2 ** 30);
      written += (await asked(file.write(bytes, written, length, position + written))).bytesWritten;
    }
  };
  await write(headerFor(0), 0).catch(async (error) => {
    await file.close();
    throw error;
  });
  return {
    async append(data) {
      if (elementTypeOf(data) !== dtype || data.length % rowLength !== 0) {
        throw new RangeError(
          `${path}: expected rows of ${rowLength} ${dtype}, got ${data.length} ${elementTypeOf(data)}`,
        );
      }
      const position = end;
      end += data.byteLength;
      rows += data.length / rowLength;
      await write(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), position);
    },
    async close() {
      try {
        await write(headerFor(rows), 0);
      } finally {
        await asked(file.close());
      }
    },
  };
}

/** Header of a version 1.0 file, padded as numpy does: aligned to 64 bytes, with room for the first axis to grow. */
function npyHeader(dtype: ElementType, shape: readonly number[], fortranOrder: boolean): Uint8Array {
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(", ")})`;
  const order = fortranOrder ? "True" : "False";
  const dict = `{'descr': '${descr(dtype)}', 'fortran_order': ${order}, 'shape': ${tuple}, }`;
  const room = 21 - String(shape[0] ?? "").length;
  const length = Math.ceil((10 + dict.length + room + 1) / 64) * 64;
  const header = new Uint8Array(length).fill(0x20);
  header.set(npyMagic);
  header.set([1, 0], 6);
  new DataView(header.buffer).setUint16(8, length - 10, true);
  header.set(new TextEncoder().encode(dict), 10);
  header[length - 1] = 0x0a;
  return header;
}

function descr(dtype: ElementType): string {
  const code = { float: "f", int: "i", uint: "u" }[dtype.replace(/\d+$/, "") as "float" | "int" | "uint"];
  const bytes = Number(/\d+$/.exec(dtype)![0]) / 8;
  return `${bytes === 1 ? "|" : hostIsLittleEndian ? "<" : ">"}${code}${bytes}`;
}
