/** What a person says to have a data set, as in the `data` section of a configuration. */

/** The data sets of images that are known by name. */
export const imageSetNames = ["mnist", "fashion-mnist", "cifar10"] as const;
/** A data set of images that is known by name. */
export type ImageSetName = (typeof imageSetNames)[number];

/** The parts that data sets of images have. */
export const splits = ["train", "test"] as const;
/** Training or test samples. */
export type Split = (typeof splits)[number];

/** What numbers may be scaled together to mean 0 and variance 1. */
export const standardisations = ["none", "global", "channel", "feature"] as const;

/** Which samples of a data set are taken, and how they are scaled. */
export interface DatasetSelection {
  /** Classes to keep; they become 0, 1, … in the order given. Default: all, as they are. */
  readonly classes?: readonly number[] | undefined;
  /** How many samples (of those classes). Default: all. */
  readonly samples?: number | undefined;
  /** Draws `samples` at random; more samples under the same seed include the earlier ones. Default: the first ones. */
  readonly seed?: number | undefined;
  /** Mean 0 and variance 1 over the training samples chosen: of all numbers, of each channel, or of each feature. Default: none. */
  readonly standardise?: (typeof standardisations)[number] | undefined;
}

/** Images (channels, rows, columns) in known files; pixels are divided by 255. */
export interface ImageSetConfig extends DatasetSelection {
  readonly name: ImageSetName;
  /** Default: $NOISEGEO_DATA/name, or data/name where that variable is not set. */
  readonly folder?: string | undefined;
  /** Default: train. */
  readonly split?: Split | undefined;
}

/**
 * An archive with x (n, …) and y (n) or (n, C); numbers are taken as they are. An x (n) is n×1; a y (n) of an integer type
 * with values from 0 to 65535 gives labels besides targets.
 */
export interface NpzConfig extends DatasetSelection {
  readonly name: "npz";
  /** Path of the archive. */
  readonly file: string;
}

/** Where samples come from and which of them are taken. */
export type DatasetConfig = ImageSetConfig | NpzConfig;
