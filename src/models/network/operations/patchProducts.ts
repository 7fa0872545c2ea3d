/**
 * Convolution as matrix products: with P(x) the matrix of an image's patches (one column an output pixel, one row a
 * weight of a filter), y = W P(x) for each group of channels.
 */
import type { FloatArray, Matrix } from "../../../linalg/matrix.ts";
import { transpose } from "../../../linalg/matrix.ts";
import type { SlidingWindow } from "../../../linalg/vectorMath.ts";
import type { BindContext } from "../operation.ts";

/** All arrays hold `count` samples: images x of the window, results y of filters×outHeight×outWidth. */
export interface PatchProducts {
  /** y_i ← W P(x_i) + beta·y_i. */
  correlate(count: number, weight: FloatArray, x: FloatArray, beta: number, y: FloatArray): void;
  /** x_i ← Pᵀ(Wᵀ y_i) + beta·x_i, for beta 0 or 1. */
  pull(count: number, weight: FloatArray, y: FloatArray, beta: 0 | 1, x: FloatArray): void;
  /** gradient ← gradient + scale·Σ_i y_i P(x_i)ᵀ. */
  outer(count: number, scale: number, y: FloatArray, x: FloatArray, gradient: FloatArray): void;
}

export function patchProducts(
  window: SlidingWindow,
  groups: number,
  filters: number,
  { kernels, math, precision }: BindContext,
): PatchProducts {
  const { channels, height, width, kernel, outHeight, outWidth } = window;
  const imageSize = channels * height * width;
  const positions = outHeight * outWidth;
  const rows = (channels / groups) * kernel[0] * kernel[1];
  const filtersEach = filters / groups;
  const patches = math.allocate(precision, groups * rows * positions);

  const block = (data: FloatArray, index: number, height: number, width: number): Matrix<FloatArray> => ({
    data,
    rows: height,
    columns: width,
    offset: index * height * width,
    rowStride: width,
    columnStride: 1,
  });
  const imageOf = (x: FloatArray, sample: number) => x.subarray(sample * imageSize, (sample + 1) * imageSize);
  const weightOf = (weight: FloatArray, group: number) => block(weight, group, filtersEach, rows);
  const patchesOf = (group: number) => block(patches, group, rows, positions);
  const resultOf = (y: FloatArray, sample: number, group: number) =>
    block(y, sample * groups + group, filtersEach, positions);

  return {
    correlate(count, weight, x, beta, y) {
      for (let i = 0; i < count; i++) {
        math.unfold(window, imageOf(x, i), patches);
        for (let g = 0; g < groups; g++) {
          kernels.gemm(1, weightOf(weight, g), patchesOf(g), beta, resultOf(y, i, g));
        }
      }
    },
    pull(count, weight, y, beta, x) {
      if (beta === 0) x.fill(0);
      for (let i = 0; i < count; i++) {
        for (let g = 0; g < groups; g++) {
          kernels.gemm(1, transpose(weightOf(weight, g)), resultOf(y, i, g), 0, patchesOf(g));
        }
        math.fold(window, patches, imageOf(x, i));
      }
    },
    outer(count, scale, y, x, gradient) {
      for (let i = 0; i < count; i++) {
        math.unfold(window, imageOf(x, i), patches);
        for (let g = 0; g < groups; g++) {
          kernels.gemm(scale, resultOf(y, i, g), transpose(patchesOf(g)), 1, weightOf(gradient, g));
        }
      }
    },
  };
}
