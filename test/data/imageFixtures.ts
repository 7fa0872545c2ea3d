/** Files of image sets made by hand. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

/** An idx file of unsigned bytes, unless another type is given. */
export function idxFile(shape: readonly number[], data: ArrayLike<number>, type = 8): Uint8Array {
  const view = new DataView(new ArrayBuffer(4 + 4 * shape.length));
  view.setUint8(2, type);
  view.setUint8(3, shape.length);
  for (const [axis, length] of shape.entries()) view.setUint32(4 + 4 * axis, length);
  return Uint8Array.of(...new Uint8Array(view.buffer), ...Array.from(data));
}

/** CIFAR-10 records; pixel k of record i is (7i + k) mod 256, plus `shift`. */
export function cifarFile(labels: readonly number[], shift = 0): Uint8Array {
  const file = new Uint8Array(labels.length * 3073);
  for (const [i, label] of labels.entries()) {
    file[i * 3073] = label;
    for (let k = 0; k < 3072; k++) file[i * 3073 + 1 + k] = 7 * i + k + shift;
  }
  return file;
}

export interface SmallSet {
  readonly labels: readonly number[];
  readonly pixels: readonly number[];
}

/** The two idx files of a split of rows×columns images, in a folder made where it is not there. */
export function writeIdxSplit(
  folder: string,
  split: "train" | "t10k",
  { labels, pixels }: SmallSet,
  [rows, columns]: readonly [number, number],
  compressed = false,
): void {
  mkdirSync(folder, { recursive: true });
  const files = {
    "images-idx3": idxFile([labels.length, rows, columns], pixels),
    "labels-idx1": idxFile([labels.length], labels),
  };
  for (const [part, file] of Object.entries(files)) {
    const name = `${split}-${part}-ubyte`;
    if (compressed) writeFileSync(join(folder, `${name}.gz`), gzipSync(file));
    else writeFileSync(join(folder, name), file);
  }
}
