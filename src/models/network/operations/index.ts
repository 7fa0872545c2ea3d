/**
 * What nodes of a network can do, for `GraphBuilder.apply`. One file an operation.
 *
 * Shapes are those of one sample, and axes count from 0 without the batch's: axis k is PyTorch's dimension k + 1.
 * `apply` takes inputs and parameters in the order named here, none where none are named; it checks of their shapes what
 * the comments say, and throws an InputError for an output without elements too.
 */
export { activation } from "./activation.ts";
export { add } from "./add.ts";
export { affine } from "./affine.ts";
export { type AveragePool2dOptions, averagePool2d } from "./averagePool2d.ts";
export { type BatchNormOptions, batchNorm } from "./batchNorm.ts";
export { bias } from "./bias.ts";
export { concat } from "./concat.ts";
export { type Conv2dOptions, conv2d } from "./conv2d.ts";
export { dense } from "./dense.ts";
export { embedding } from "./embedding.ts";
export { expand } from "./expand.ts";
export { globalAveragePool } from "./globalAveragePool.ts";
export { type LayerNormOptions, layerNorm } from "./layerNorm.ts";
export { learned } from "./learned.ts";
export { matmul } from "./matmul.ts";
export { type MaxPool2dOptions, maxPool2d } from "./maxPool2d.ts";
export { multiply } from "./multiply.ts";
export { type PadOptions, pad } from "./pad.ts";
export { reduceMean } from "./reduceMean.ts";
export { scaleBy } from "./scaleBy.ts";
export { type SliceOptions, slice } from "./slice.ts";
export { softmax } from "./softmax.ts";
export { transpose } from "./transpose.ts";
