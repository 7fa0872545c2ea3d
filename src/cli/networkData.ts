import { type DatasetConfig, imageSetNames } from "../data/dataset/config.ts";
import type { DatasetInBlocks } from "../data/dataset/dataset.ts";
import { openBlocks } from "../data/dataset/openDataset.ts";
import { InputError } from "../inputError.ts";
import type { Precision } from "../linalg/vectorMath.ts";
import type { NetworkPoint } from "../models/network/networkPoint.ts";
import type { SampleRange } from "../sampleRange.ts";

export interface SampleOptions {
  /** How many samples: the first ones, or drawn by `seed`. */
  readonly samples?: number;
  readonly seed?: number;
  readonly precision: Precision;
  /** Of these only some, one range after another. */
  readonly parts?: readonly SampleRange[];
  /** Bytes: larger data are read from their files. */
  readonly hold?: number;
}

/** A network on samples whose files stay open. */
export interface OpenPoint extends NetworkPoint {
  close(): Promise<void>;
}

/** The data set of a name, or of an npz file with x and y. */
export function openNamedData(
  data: string,
  { samples, seed, ...options }: SampleOptions,
): Promise<DatasetInBlocks> {
  const named = imageSetNames.find((name) => name === data);
  if (named === undefined && !/[./\\]/.test(data)) {
    throw new InputError(
      `--data: expected an npz file with x and y, or one of ${imageSetNames.join(", ")}, got ${data}`,
    );
  }
  const config: DatasetConfig = named ? { name: named } : { name: "npz", file: data };
  return openBlocks({ ...config, samples, seed }, options);
}

/** The point that is made of these data; they are closed with it, or where it cannot be made. */
export async function pointWith(
  dataset: DatasetInBlocks,
  make: () => NetworkPoint | Promise<NetworkPoint>,
): Promise<OpenPoint> {
  const { close } = dataset;
  try {
    return { ...(await make()), close };
  } catch (error) {
    await close();
    throw error;
  }
}
