/**
 * Data: arrays in the files that numpy, PyTorch and others write, data sets of samples, Gaussian designs, batches.
 *
 * @module
 */
export type { SampleRange } from "../sampleRange.ts";
export { type ArrayCollection, type ArraySource, readAll } from "./arraySource.ts";
export { type BatchOptions, batchSampler } from "./batches.ts";
export { type ByteSource, fromBytes, openFile } from "./byteSource.ts";
export { type CifarRecords, readCifar } from "./cifar.ts";
export {
  type DatasetConfig,
  type DatasetSelection,
  type ImageSetConfig,
  type ImageSetName,
  imageSetNames,
  type NpzConfig,
  type Split,
  splits,
  standardisations,
} from "./dataset/config.ts";
export { type Dataset, type DatasetInBlocks, type DatasetWith, subset } from "./dataset/dataset.ts";
export type { Grouping } from "./dataset/featureGroups.ts";
export type { InputBlocks } from "./dataset/inputBlocks.ts";
export {
  type OpenBlocksOptions,
  type OpenDatasetOptions,
  openBlocks,
  openDataset,
} from "./dataset/openDataset.ts";
export type { Standardisation } from "./dataset/standardise.ts";
export { type Labels, oneHot, signs, type Targets } from "./dataset/targets.ts";
export { type GaussianDesign, givenCovariance, isotropic, powerLaw, spiked } from "./designs.ts";
export { type EffectiveDimensions, effectiveDimensions } from "./effectiveDimension.ts";
export type { ElementArray, ElementType, ShapedArray } from "./floatElements.ts";
export { type IdxArray, readIdx } from "./idx.ts";
export { type ExpectedWeight, matchWeights } from "./matchWeights.ts";
export { openNpy } from "./npy.ts";
export { createNpy, encodeNpy, type NpyWriter } from "./npyWriter.ts";
export { type NpzOptions, openNpz } from "./npz.ts";
export { encodeNpz } from "./npzWriter.ts";
export { openArray, openArrays } from "./openArray.ts";
export { openWeights } from "./openWeights.ts";
export { encodeParquet } from "./parquet.ts";
export { openSafetensors, type TensorCollection } from "./safetensors.ts";
export { encodeSafetensors } from "./safetensorsWriter.ts";
export { openStateDict, type StateDictCollection } from "./torchFile.ts";
