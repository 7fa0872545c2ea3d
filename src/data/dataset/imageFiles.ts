/** How the files of image sets are recognised in a folder and read. */
import { InputError } from "../../inputError.ts";
import { type ByteSource, openFile } from "../byteSource.ts";
import { cifarShape, readCifar } from "../cifar.ts";
import { readIdx } from "../idx.ts";
import type { Split } from "./config.ts";
import type { StoredSamples } from "./stored.ts";

export interface ImageFiles {
  /** The kinds of files that a split is made of; at least one of each kind must be there. */
  readonly kinds: Readonly<Record<Split, readonly FileKind[]>>;
  /** Reads one split; `paths` are the files of each of its kinds. */
  read(name: string, paths: readonly (readonly string[])[]): Promise<StoredSamples>;
}

interface FileKind {
  /** For people: "data_batch_*.bin". */
  readonly label: string;
  readonly pattern: RegExp;
}

/** A file of images and one of labels a split, plain or gzip; of a file that is there in both forms, the plain one. */
export const idxFiles: ImageFiles = {
  kinds: { train: idxKinds("train"), test: idxKinds("t10k") },
  async read(name, [[imagePath], [labelPath]]) {
    const images = await withFiles([imagePath], ([file]) => readIdx(file, 3));
    const labels = await withFiles([labelPath], ([file]) => readIdx(file, 1));
    const [count, rows, columns] = images.shape;
    if (labels.shape[0] !== count) {
      throw new InputError(
        `${labelPath}: expected ${count} labels, one for each image, got ${labels.shape[0]}; get both files from one place`,
      );
    }
    if (images.data.length === 0)
      throw new InputError(
        `${imagePath}: expected at least one image with pixels, got ${count}×${rows}×${columns}`,
      );
    const wrong = labels.data.findIndex((label) => label > 9);
    if (wrong >= 0) {
      throw new InputError(
        `${labelPath}: expected labels 0 to 9, got ${labels.data[wrong]} in sample ${wrong}; check which file this is`,
      );
    }
    return images10(name, [1, rows, columns], images.data, labels.data);
  },
};

/** Any number of batches. */
export const cifarFiles: ImageFiles = {
  kinds: {
    train: [{ label: "data_batch_*.bin", pattern: /^data_batch_\w+\.bin$/ }],
    test: [{ label: "test_batch.bin", pattern: /^test_batch\.bin$/ }],
  },
  async read(name, [paths]) {
    const { labels, pixels } = await withFiles(paths, readCifar);
    if (labels.length === 0)
      throw new InputError(`${paths[0]}: expected at least one record, got an empty file; get it again`);
    return images10(name, cifarShape, pixels, labels);
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
  values: Uint8Array,
  labels: Uint8Array,
): StoredSamples {
  return {
    name,
    count: labels.length,
    inputShape,
    values,
    divisor: 255,
    labels: { indices: Int32Array.from(labels), classes: 10 },
  };
}

async function withFiles<T>(
  paths: readonly string[],
  use: (files: readonly ByteSource[]) => Promise<T>,
): Promise<T> {
  const files: ByteSource[] = [];
  try {
    for (const path of paths) files.push(await openFile(path));
    return await use(files);
  } finally {
    await Promise.all(files.map((file) => file.close()));
  }
}
