import type { FloatArray } from "../../../linalg/matrix.ts";
import type { SlidingWindow } from "../../../linalg/vectorMath.ts";
import type { BindContext, OuterShare } from "../operation.ts";
import { numbersInCache, outputBands } from "./outputBands.ts";
import { patchGradients } from "./patchGradients.ts";
import type { ConvolutionProducts } from "./patchProducts.ts";
import { scratch } from "./scratch.ts";

/** The share of a convolution's weights: at each output pixel, left = the patch under the filter, right = cotangents. */
export function patchShare(
  window: SlidingWindow,
  groups: number,
  filters: number,
  products: ConvolutionProducts,
  context: BindContext,
): OuterShare {
  const { height, width, kernel, outHeight, outWidth } = window;
  const channels = window.channels / groups;
  const positions = outHeight * outWidth;
  const filtersEach = filters / groups;
  const left = channels * kernel[0] * kernel[1];
  const pixels = channels * height * width;
  const bands = outputBands({ ...window, channels }, "whole", numbersInCache(context.precision));
  const imageOf = (a: FloatArray, size: number, k: number) => a.subarray(k * size, (k + 1) * size);
  return {
    kind: "outer",
    groups,
    positions,
    left,
    right: filtersEach,
    leftFactors({ count, inputs: [x] }, target) {
      const patches = scratch("patches", left * bands[0].columns, context);
      for (let k = 0; k < count * groups; k++) {
        const image = imageOf(x, pixels, k);
        for (const band of bands) {
          context.math.unfold(band.window, image, patches.subarray(0, left * band.columns));
          writeTranspose(left, band.columns, patches, 0, target, (k * positions + band.first) * left);
        }
      }
      return target;
    },
    rightFactors({ count }, cotangent, target) {
      if (filtersEach === 1 || positions === 1) return cotangent;
      const size = positions * filtersEach;
      for (let start = 0; start < count * groups * size; start += size) {
        writeTranspose(filtersEach, positions, cotangent, start, target, start);
      }
      return target;
    },
    gradients: patchGradients(window, groups, filters, products, context),
  };
}

/** target, from `to` on ← the transpose of the rows×columns matrix that begins at source[from]; four rows at a time. */
function writeTranspose(
  rows: number,
  columns: number,
  source: FloatArray,
  from: number,
  target: FloatArray,
  to: number,
): void {
  let i = 0;
  for (; i + 4 <= rows; i += 4) {
    let at = from + i * columns;
    let next = to + i;
    for (let j = 0; j < columns; j++) {
      target[next] = source[at];
      target[next + 1] = source[at + columns];
      target[next + 2] = source[at + 2 * columns];
      target[next + 3] = source[at + 3 * columns];
      at++;
      next += rows;
    }
  }
  for (; i < rows; i++) {
    let next = to + i;
    for (let at = from + i * columns; at < from + (i + 1) * columns; at++, next += rows) {
      target[next] = source[at];
    }
  }
}
