import { InputError } from "../../inputError.ts";
import type { SampleRange } from "../../sampleRange.ts";
import { openFile } from "../byteSource.ts";
import { type DatasetConfig, imageSetNames, type Split, splits, standardisations } from "./config.ts";
import type { Dataset, DatasetInBlocks } from "./dataset.ts";
import { datasetOf } from "./datasetOf.ts";
import { locateImageSet } from "./imageSets.ts";
import { wholeInputs } from "./inputBlocks.ts";
import { openNpzSamples } from "./npzSamples.ts";
import { selectSamples } from "./select.ts";
import { type Standardisation, standardisationOf } from "./standardise.ts";
import type { OpenSamples } from "./stored.ts";

/** How a data set is held, and which part of it. */
export interface OpenDatasetOptions {
  /** Of the inputs. */
  readonly precision: "float32" | "float64";
  /** Of the training data, for their test data: used instead of what the configuration says. */
  readonly standardisation?: Standardisation | undefined;
  /** Of the samples that the configuration asks for, only these, one range after another; statistics are those of all of them. */
  readonly parts?: readonly SampleRange[] | undefined;
}

/** As `OpenDatasetOptions`, and how much memory the inputs may take. */
export interface OpenBlocksOptions extends OpenDatasetOptions {
  /**
   * Inputs of more bytes are read from their files every time; 1 GiB. Bytes and booleans count as bytes, other numbers as
   * floats of `precision`. What is compressed and takes more than this when it is inflated, or more than 256 MiB in an npz
   * file, goes to a temporary file; an x in Fortran order is read whole.
   */
  readonly hold?: number | undefined;
}

/**
 * The samples that a configuration asks for, in memory (Node only); of an npz file whose x is neither compressed nor in
 * Fortran order no other inputs are read. Statistics for `standardise` are those of the samples chosen; a test split without
 * `standardisation` takes those of the whole training split (of its classes).
 * Throws an InputError of one line where the configuration asks for what is not there, files are missing or damaged, inputs
 * are not finite in that precision, or `standardisation` is of another input shape; a RangeError where `parts` reach beyond
 * the samples that the configuration asks for.
 */
export async function openDataset(config: DatasetConfig, options: OpenDatasetOptions): Promise<Dataset> {
  const { inputs, close, ...dataset } = await openBlocks(config, { ...options, hold: Infinity });
  try {
    return { ...dataset, inputs: wholeInputs(inputs) };
  } finally {
    await close();
  }
}

/** As `openDataset`, with inputs that become floats a block at a time. Close it when done. */
export async function openBlocks(
  config: DatasetConfig,
  { precision, standardisation, parts, hold = 2 ** 30 }: OpenBlocksOptions,
): Promise<DatasetInBlocks> {
  requireKnown(config);
  const stored = await openStored(config, hold);
  try {
    const used = standardisation ?? (await ownStandardisation(config, stored, hold));
    const dataset = datasetOf(stored, config, { precision, standardisation: used, parts, hold });
    if (dataset.inputs.heldBytes === 0) return { ...dataset, close: stored.close };
    await stored.close();
    return { ...dataset, async close() {} };
  } catch (error) {
    await stored.close();
    throw error;
  }
}

async function openStored(config: DatasetConfig, hold: number, split?: Split): Promise<OpenSamples> {
  if (config.name === "npz") return openNpzSamples(await openFile(config.file), hold);
  return (await locateImageSet(config.name, config.folder)).open(split ?? config.split ?? "train", hold);
}

async function ownStandardisation(
  config: DatasetConfig,
  stored: OpenSamples,
  hold: number,
): Promise<Standardisation | undefined> {
  const { standardise = "none", classes } = config;
  if (standardise === "none") return undefined;
  if (config.name === "npz" || config.split !== "test")
    return standardisationOf(stored, selectSamples(stored, config), standardise);
  const training = await openStored(config, hold, "train");
  try {
    return standardisationOf(training, selectSamples(training, { classes }), standardise);
  } finally {
    await training.close();
  }
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
