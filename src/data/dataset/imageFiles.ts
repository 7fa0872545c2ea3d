/** How the files of image sets are recognised in a folder and opened. */
import { InputError } from "../../inputError.ts";
import { openFile, type SyncByteSource } from "../byteSource.ts";
import { cifarShape, openCifar } from "../cifar.ts";
import { openIdx, readIdx } from "../idx.ts";
import { fileRows, joinedRows, type RowSource } from "../rowSource.ts";
import type { Split } from "./config.ts";
import type { OpenSamples } from "./stored.ts";

export interface ImageFiles {
  /** The kinds of files that a split is made of; at least one of each kind must be there. */
  readonly kinds: Readonly<Record<Split, readonly FileKind[]>>;
  /** Opens one split; `paths` are the files of each of its kinds. */
  open(name: string, paths: readonly (readonly string[])[], hold: number): Promise<OpenSamples>;
}

interface FileKind {
  /** For people: "data_batch_*.bin". */
  readonly label: string;
  readonly pattern: RegExp;
}

/** A file of images and one of labels a split, plain or gzip; of a file that is there in both forms, the plain one. */
export const idxFiles: ImageFiles = {
  kinds: { train: idxKinds("train"), test: idxKinds("t10k") },
  async open(name, [[imagePath], [labelPath]], hold) {
    const labelFile = await openFile(labelPath);
    const labels = await readIdx(labelFile, 1).finally(labelFile.close);
    const { shape, elements } = await openIdx(await openFile(imagePath), 3, hold);
    try {
      const [count, rows, columns] = shape;
      requireLabels(labelPath, labels.data, count);
      const width = rows * columns;
      if (count * width === 0) {
        throw new InputError(
          `${imagePath}: expected at least one image with pixels, got ${count}×${rows}×${columns}`,
        );
      }
      const layout = {
        position: 0,
        stride: width,
        count,
        width,
        dtype: "uint8",
        littleEndian: true,
      } as const;
      const pixels = fileRows({ ...layout, bytes: elements });
      return images10(name, [1, rows, columns], pixels, labels.data, elements.close);
    } catch (error) {
      await elements.close();
      throw error;
    }
  },
};

function requireLabels(path: string, labels: Uint8Array, images: number): void {
  if (labels.length !== images) {
    throw new InputError(
      `${path}: expected ${images} labels, one for each image, got ${labels.length}; get both files from one place`,
    );
  }
  const wrong = labels.findIndex((label) => label > 9);
  if (wrong >= 0) {
    throw new InputError(
      `${path}: expected labels 0 to 9, got ${labels[wrong]} in sample ${wrong}; check which file this is`,
    );
  }
}

/** Any number of batches. */
export const cifarFiles: ImageFiles = {
  kinds: {
    train: [{ label: "data_batch_*.bin", pattern: /^data_batch_\w+\.bin$/ }],
    test: [{ label: "test_batch.bin", pattern: /^test_batch\.bin$/ }],
  },
  async open(name, [paths]) {
    const batches: SyncByteSource[] = [];
    const close = async () => {
      await Promise.all(batches.map((batch) => batch.close()));
    };
    try {
      for (const path of paths) batches.push(await openFile(path));
      const { labels, pixels } = await openCifar(batches);
      if (labels.length === 0)
        throw new InputError(`${paths[0]}: expected at least one record, got an empty file; get it again`);
      return images10(name, cifarShape, joinedRows(pixels.map(fileRows)), labels, close);
    } catch (error) {
      await close();
      throw error;
    }
  },
};

function idxKinds(split: "train" | "t10k"): readonly FileKind[] {
  return ["images-idx3", "labels-idx1"].map((part) => {
    const label = `${split}-${part}-ubyte`;
    return { label, pattern: new RegExp(`^${label}(\\.gz)?$`) };
  });
}

function images10(
  name: string,
  inputShape: readonly number[],
  rows: RowSource,
  labels: Uint8Array,
  close: () => Promise<void>,
): OpenSamples {
  return {
    name,
    count: labels.length,
    inputShape,
    rows,
    divisor: 255,
    labels: { indices: Int32Array.from(labels), classes: 10 },
    close,
  };
}
