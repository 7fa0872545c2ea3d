import { type DatasetConfig, imageSetNames } from "../data/dataset/config.ts";
import type { Dataset } from "../data/dataset/dataset.ts";
import { openDataset } from "../data/dataset/openDataset.ts";
import { InputError } from "../inputError.ts";
import type { Precision } from "../linalg/vectorMath.ts";
import type { SampleRange } from "../sampleRange.ts";

export interface SampleOptions {
  /** How many samples: the first ones, or drawn by `seed`. */
  readonly samples?: number;
  readonly seed?: number;
  readonly precision: Precision;
  /** Of these only some, one range after another. */
  readonly parts?: readonly SampleRange[];
}

/** The data set of a name, or of an npz file with x and y. */
export function openNamedData(
  data: string,
  { samples, seed, precision, parts }: SampleOptions,
): Promise<Dataset> {
  const named = imageSetNames.find((name) => name === data);
  if (named === undefined && !/[./\\]/.test(data)) {
    throw new InputError(
      `--data: expected an npz file with x and y, or one of ${imageSetNames.join(", ")}, got ${data}`,
    );
  }
  const config: DatasetConfig = named ? { name: named } : { name: "npz", file: data };
  return openDataset({ ...config, samples, seed }, { precision, parts });
}
