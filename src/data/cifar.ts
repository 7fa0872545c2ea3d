/**
 * CIFAR-10's binary version: records of one label byte and 3072 pixels, the red, green and blue planes of 32×32 row
 * by row (https://www.cs.toronto.edu/~kriz/cifar.html).
 */
import { InputError } from "../inputError.ts";
import type { ByteSource, SyncByteSource } from "./byteSource.ts";
import type { RowLayout } from "./rowSource.ts";

export const cifarShape = [3, 32, 32] as const;

/** Records of a file of CIFAR-10's binary version. */
export interface CifarRecords {
  /** 0 … 9, one a record. */
  readonly labels: Uint8Array;
  /** n×3×32×32, row-major, 0 … 255: of each image the red, the green and the blue plane. */
  readonly pixels: Uint8Array;
}

const pixelBytes = 3 * 32 * 32;
const recordBytes = 1 + pixelBytes;
/** About 3 MB a read. */
const recordsAtOnce = 1024;

/**
 * The records of all batches in their order; each may hold any number of them. Leaves the batches open. The format is
 * CIFAR-10's binary version (https://www.cs.toronto.edu/~kriz/cifar.html).
 * Throws an InputError on a length that is no whole number of records, and on a label above 9.
 */
export async function readCifar(batches: readonly ByteSource[]): Promise<CifarRecords> {
  const counts = batches.map(recordCount);
  const count = counts.reduce((sum, records) => sum + records, 0);
  const labels = new Uint8Array(count);
  const pixels = new Uint8Array(count * pixelBytes);
  let n = 0;
  for await (const records of recordsOf(batches)) {
    for (let start = 0; start < records.length; start += recordBytes, n++) {
      labels[n] = records[start];
      pixels.set(records.subarray(start + 1, start + recordBytes), n * pixelBytes);
    }
  }
  return { labels, pixels };
}

/** Likewise the labels alone, and where each batch has its pixels. */
export async function openCifar(
  batches: readonly SyncByteSource[],
): Promise<{ readonly labels: Uint8Array; readonly pixels: readonly RowLayout[] }> {
  const layout = {
    position: 1,
    stride: recordBytes,
    width: pixelBytes,
    dtype: "uint8",
    littleEndian: true,
  } as const;
  const pixels = batches.map((bytes) => ({ ...layout, bytes, count: recordCount(bytes) }));
  const labels = new Uint8Array(pixels.reduce((sum, { count }) => sum + count, 0));
  let n = 0;
  for await (const records of recordsOf(batches)) {
    for (let start = 0; start < records.length; start += recordBytes) labels[n++] = records[start];
  }
  return { labels, pixels };
}

/** Some records at a time, with labels from 0 to 9, in one buffer that is used again. */
async function* recordsOf(batches: readonly ByteSource[]) {
  const buffer = new Uint8Array(recordsAtOnce * recordBytes);
  for (const batch of batches) {
    for (let position = 0; position < batch.size; position += buffer.length) {
      const records = buffer.subarray(0, Math.min(buffer.length, batch.size - position));
      await batch.read(position, records);
      for (let start = 0; start < records.length; start += recordBytes) {
        if (records[start] > 9)
          throw wrongLabel(batch.name, (position + start) / recordBytes, records[start]);
      }
      yield records;
    }
  }
}

function recordCount({ name, size }: ByteSource): number {
  if (size % recordBytes === 0) return size / recordBytes;
  throw new InputError(
    `${name}: expected records of ${recordBytes} bytes (CIFAR-10, binary version), got ${size} bytes, which is no whole number of them; get the file again`,
  );
}

function wrongLabel(name: string, record: number, label: number): InputError {
  return new InputError(
    `${name}: expected labels 0 to 9, got ${label} in record ${record}; this is not CIFAR-10's binary version`,
  );
}
