import { type FloatArray, rowMajor, transpose } from "../../../linalg/matrix.ts";
import type { SlidingWindow } from "../../../linalg/vectorMath.ts";
import type { BindContext, SampleGradients } from "../operation.ts";
import { numbersInCache, type OutputBand, outputBands } from "./outputBands.ts";
import type { ConvolutionProducts } from "./patchProducts.ts";
import { scratch } from "./scratch.ts";

/** Columns below which small products are faster than large ones, and multiplications up to which one is small, as measured. */
const fewColumns = 64;
const smallProduct = 10 ** 6;

/**
 * Gradients of a convolution's weights by one sample: the cotangents of all filters of all outputs, times patches that are
 * written once. With groups of channels, a product for each output.
 */
export function patchGradients(
  window: SlidingWindow,
  groups: number,
  filters: number,
  { outer }: ConvolutionProducts,
  context: BindContext,
): SampleGradients {
  const { height, width, kernel, outHeight, outWidth } = window;
  const channels = window.channels / groups;
  const filtersEach = filters / groups;
  const taps = kernel[0] * kernel[1];
  const pixels = height * width;
  const imageSize = window.channels * pixels;
  const positions = outHeight * outWidth;

  const bandsBy = new Map<number, OutputBand[]>();
  const bandsOf = (some: number) => {
    let bands = bandsBy.get(some);
    if (!bands) {
      bands = outputBands({ ...window, channels: some }, "whole", numbersInCache(context.precision));
      bandsBy.set(some, bands);
    }
    return bands;
  };
  const outputsTogether = (outputs: number, columns: number, { positions: some }: OutputBand) => {
    if (groups > 1) return 1;
    if (columns >= fewColumns) return outputs;
    const fitting = Math.floor(smallProduct / (filters * some * columns));
    return fitting === 0 ? outputs : Math.min(fitting, outputs);
  };

  return {
    input: imageSize,
    unit: taps,
    add([x], sample, outputs, cotangents, { from, to }, target) {
      const image = x.subarray(sample * imageSize, (sample + 1) * imageSize);
      const columns = to - from;
      if (outputs === 1 && columns === channels * taps) return outer(1, 1, cotangents, image, target);
      const [first, some] = [from / taps, columns / taps];
      for (const band of bandsOf(some)) {
        const patches = scratch("patches", columns * band.columns, context);
        const under = transpose(rowMajor(columns, band.columns, patches));
        const together = outputsTogether(outputs, columns, band);
        for (let group = 0; group < groups; group++) {
          const start = (group * channels + first) * pixels;
          context.math.unfold(band.window, image.subarray(start, start + some * pixels), patches);
          for (let output = 0; output < outputs; output += together) {
            const rows = Math.min(together, outputs - output) * filtersEach;
            const row = (output * groups + group) * filtersEach;
            const results = {
              data: cotangents,
              offset: row * positions + band.first,
              rows,
              columns: band.positions,
              rowStride: positions,
              columnStride: 1,
            };
            const block = target.subarray(row * columns, (row + rows) * columns);
            context.kernels.gemm<FloatArray>(1, results, under, 1, rowMajor(rows, columns, block));
          }
        }
      }
    },
  };
}
