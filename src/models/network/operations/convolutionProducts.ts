import type { SlidingWindow } from "../../../linalg/vectorMath.ts";
import type { BindContext } from "../operation.ts";
import { type FilterShape, mirror } from "./filterLayouts.ts";
import { type ConvolutionProducts, patchProducts } from "./patchProducts.ts";
import { pointwiseProducts } from "./pointwiseProducts.ts";
import { scratch } from "./scratch.ts";
import { sheetProducts } from "./sheetProducts.ts";

/** Rows of patches below which products are no faster for being split by rows of the kernel, as measured. */
const fewestRows = 16;
/** Channels below which products with mirrored filters have too few rows to be fast, as measured. */
const fewestChannels = 8;
/** Positions in all samples together below which putting weights in another order costs more than it gains, as measured. */
const fewestPositions = 512;

/** Weights in bytes, beyond a second-level cache, that are worth reading once for several images, as measured. */
const leastWeightsOfSheet = 2 ** 21;
/** Positions above which one image alone makes good use of them, as measured. */
const mostPositionsOfSheet = 16;

/** For images under `window`, the way to each product that was measured to be fastest. */
export function convolutionProducts(
  window: SlidingWindow,
  groups: number,
  filters: number,
  context: BindContext,
): ConvolutionProducts {
  if (isPointwise(window)) return pointwiseProducts(window, groups, filters, context);
  const { channels, kernel, stride } = window;
  const positions = window.outHeight * window.outWidth;
  const bytesEach = context.precision === "float32" ? 4 : 8;
  const weights = ((filters / groups) * channels * kernel[0] * kernel[1]) / groups;
  if (positions <= mostPositionsOfSheet && weights * bytesEach >= leastWeightsOfSheet) {
    return sheetProducts(window, groups, filters, context);
  }
  const many = (count: number) => count * positions >= fewestPositions;
  const fewRows = (channels / groups) * kernel[1] < fewestRows || kernel[0] === 1;
  const fewChannels = channels / groups < Math.min(fewestChannels, filters / groups);

  const whole = patchProducts(window, groups, filters, "whole", context);
  const rows = stride[0] > 1 || fewRows ? whole : patchProducts(window, groups, filters, "rows", context);
  const pull =
    stride[0] * stride[1] > 1 || fewChannels ? rows.pull : mirroredPull(window, groups, filters, context);
  return {
    correlate: (count, ...operands) => (many(count) ? rows : whole).correlate(count, ...operands),
    pull: (count, ...operands) => (many(count) ? pull : whole.pull)(count, ...operands),
    outer: (count, ...operands) => (many(count) ? rows : whole).outer(count, ...operands),
  };
}

function isPointwise({ kernel, stride, height, width, outHeight, outWidth }: SlidingWindow): boolean {
  return [...kernel, ...stride].every((length) => length === 1) && outHeight === height && outWidth === width;
}

/** With stride 1, the way back from outputs to inputs is a convolution too, by the mirrored filters. */
function mirroredPull(
  window: SlidingWindow,
  groups: number,
  filters: number,
  context: BindContext,
): ConvolutionProducts["pull"] {
  const { channels, height, width, kernel, dilation, padding, outHeight, outWidth } = window;
  const back: SlidingWindow = {
    ...window,
    channels: filters,
    height: outHeight,
    width: outWidth,
    padding: [dilation[0] * (kernel[0] - 1) - padding[0], dilation[1] * (kernel[1] - 1) - padding[1]],
    outHeight: height,
    outWidth: width,
  };
  const form = (filters / groups) * kernel[1] < fewestRows || kernel[0] === 1 ? "whole" : "rows";
  const products = patchProducts(back, groups, channels, form, context);
  const shape: FilterShape = [filters, channels / groups, kernel[0], kernel[1]];
  return (count, weight, y, beta, x) => {
    const mirrored = scratch("mirrored filters", weight.length, context);
    mirror(weight, shape, groups, mirrored);
    products.correlate(count, mirrored, y, beta, x);
  };
}
