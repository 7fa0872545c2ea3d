/**
 * idx files, the format of MNIST: two zero bytes, the element type, the number of axes, then big-endian 32-bit
 * lengths and the elements, row-major (http://yann.lecun.com/exdb/mnist).
 */
import { InputError } from "../inputError.ts";
import { type ByteSource, byteRange, type SyncByteSource } from "./byteSource.ts";
import { gunzip, isGzip } from "./gzip.ts";

/** The elements of an idx file of unsigned bytes, as MNIST has them. */
export interface IdxArray {
  readonly shape: readonly number[];
  /** Row-major, ∏ shape elements. */
  readonly data: Uint8Array;
}

/**
 * The array of an idx file of unsigned bytes with `axes` axes, plain or gzip, which its content tells, not its name.
 * Leaves `bytes` open. Throws an InputError where it is no such file or its length is not what its header says.
 * The format is that of http://yann.lecun.com/exdb/mnist.
 */
export async function readIdx(bytes: ByteSource, axes: number): Promise<IdxArray> {
  const content = (await isGzip(bytes)) ? await gunzip(bytes) : bytes;
  const { shape, start } = await readHeader(content, axes);
  const data = new Uint8Array(content.size - start);
  await content.read(start, data);
  return { shape, data };
}

/**
 * Likewise, its elements left where they are. Takes over `bytes`: closed with `elements`, or at once where it throws. What is gzip is
 * inflated, to a temporary file where it has more than `memoryLimit` bytes.
 */
export async function openIdx(
  bytes: SyncByteSource,
  axes: number,
  memoryLimit: number,
): Promise<{ readonly shape: readonly number[]; readonly elements: SyncByteSource }> {
  let content = bytes;
  const close = async () => {
    await content.close();
    await bytes.close();
  };
  try {
    if (await isGzip(bytes)) content = await gunzip(bytes, memoryLimit);
    const { shape, start } = await readHeader(content, axes);
    return { shape, elements: { ...byteRange(content, start, content.size - start, content.name), close } };
  } catch (error) {
    await close();
    throw error;
  }
}

async function readHeader(content: ByteSource, axes: number) {
  const { name, size } = content;
  const start = 4 + 4 * axes;
  const header = new DataView(new ArrayBuffer(start));
  await content.read(0, new Uint8Array(header.buffer, 0, Math.min(size, start)));
  requireType(name, header, axes);
  if (size < start) throw new InputError(`${name}: the idx header is cut short; get the file again`);
  const shape = Array.from({ length: axes }, (_, axis) => header.getUint32(4 + 4 * axis));
  const length = shape.reduce((product, count) => product * count, 1);
  if (start + length !== size) {
    throw new InputError(
      `${name}: expected ${start + length} bytes for an array of ${shape.join("×")}, got ${size}; the file is cut short or damaged, get it again`,
    );
  }
  return { shape, start };
}

function requireType(name: string, header: DataView, axes: number): void {
  if (header.getUint16(0) !== 0 || !(header.getUint8(2) in elementTypes)) {
    throw new InputError(`${name}: expected an idx file, plain or gzip, got other content; check the path`);
  }
  const type = elementTypes[header.getUint8(2)];
  if (type !== "unsigned bytes") {
    throw new InputError(
      `${name}: expected idx elements of unsigned bytes, got ${type}; save it as npz instead`,
    );
  }
  if (header.getUint8(3) !== axes) {
    throw new InputError(
      `${name}: expected an idx array of ${axes} axes, got ${header.getUint8(3)}; images have 3 and labels 1: check which file this is`,
    );
  }
}

const elementTypes: Readonly<Record<number, string>> = {
  8: "unsigned bytes",
  9: "signed bytes",
  11: "16-bit integers",
  12: "32-bit integers",
  13: "float32",
  14: "float64",
};
