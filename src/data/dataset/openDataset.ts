import { InputError } from "../../inputError.ts";
import { rangesOf, type SampleRange } from "../../sampleRange.ts";
import { openFile } from "../byteSource.ts";
import { type DatasetConfig, imageSetNames, type Split, splits, standardisations } from "./config.ts";
import type { Dataset } from "./dataset.ts";
import { datasetOf } from "./datasetOf.ts";
import { locateImageSet } from "./imageSets.ts";
import { readNpzSamples } from "./npzSamples.ts";
import { selectSamples } from "./select.ts";
import { type Standardisation, standardisationOf } from "./standardise.ts";
import type { StoredSamples } from "./stored.ts";

export interface OpenDatasetOptions {
  /** Of the inputs. */
  readonly precision: "float32" | "float64";
  /** Of the training data, for their test data: used instead of what the configuration says. */
  readonly standardisation?: Standardisation | undefined;
  /** Of the samples that the configuration asks for, only these, one range after another; statistics are those of all of them. */
  readonly parts?: readonly SampleRange[] | undefined;
}

/**
 * The samples that a configuration asks for, in memory (Node only); of an npz file no others are read. Statistics for `standardise` are those of the
 * samples chosen; a test split without `standardisation` takes those of the whole training split (of its classes).
 * Throws an InputError of one line where the configuration asks for what is not there, or files are missing or damaged.
 */
export async function openDataset(
  config: DatasetConfig,
  { precision, standardisation, parts }: OpenDatasetOptions,
): Promise<Dataset> {
  requireKnown(config);
  const own = standardisation === undefined && (config.standardise ?? "none") !== "none";
  const stored = await readStored(config, undefined, own ? undefined : parts);
  const used = standardisation ?? (await ownStandardisation(config, stored));
  return datasetOf(stored, config, precision, used, parts);
}

async function readStored(
  config: DatasetConfig,
  split?: Split,
  parts?: readonly SampleRange[],
): Promise<StoredSamples> {
  if (config.name === "npz") {
    return readNpzSamples(await openFile(config.file), (stored) => {
      const selected = selectSamples(stored, config);
      return parts ? rangesOf(selected, parts) : selected;
    });
  }
  return (await locateImageSet(config.name, config.folder)).read(split ?? config.split ?? "train");
}

async function ownStandardisation(
  config: DatasetConfig,
  stored: StoredSamples,
): Promise<Standardisation | undefined> {
  const { standardise = "none", classes } = config;
  if (standardise === "none") return undefined;
  if (config.name === "npz" || config.split !== "test")
    return standardisationOf(stored, selectSamples(stored, config), standardise);
  const training = await readStored(config, "train");
  return standardisationOf(training, selectSamples(training, { classes }), standardise);
}

/** For callers whose configuration was typed by a person and not checked before. */
function requireKnown(config: DatasetConfig): void {
  const { name, standardise = "none" } = config;
  requireOneOf("data set", name, [...imageSetNames, "npz"]);
  requireOneOf(`${name}: standardise`, standardise, standardisations);
  if (config.name !== "npz") requireOneOf(`${name}: split`, config.split ?? "train", splits);
}

function requireOneOf(what: string, value: string, allowed: readonly string[]): void {
  if (allowed.includes(value)) return;
  throw new InputError(`${what}: expected one of ${allowed.join(", ")}, got ${JSON.stringify(value)}`);
}
