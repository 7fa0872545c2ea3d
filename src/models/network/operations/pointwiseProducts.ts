import { type FloatArray, type Matrix, transpose } from "../../../linalg/matrix.ts";
import type { SlidingWindow } from "../../../linalg/vectorMath.ts";
import type { BindContext } from "../operation.ts";
import type { ConvolutionProducts } from "./patchProducts.ts";

/** A kernel of one pixel: y = W x with the matrix x of channels×pixels, for each group of channels. */
export function pointwiseProducts(
  window: SlidingWindow,
  groups: number,
  filters: number,
  { kernels }: BindContext,
): ConvolutionProducts {
  const pixels = window.height * window.width;
  const channels = window.channels / groups;
  const filtersEach = filters / groups;
  const block = (data: FloatArray, index: number, rows: number, columns: number): Matrix<FloatArray> => ({
    data,
    offset: index * rows * columns,
    rows,
    columns,
    rowStride: columns,
    columnStride: 1,
  });
  const imageOf = (x: FloatArray, k: number) => block(x, k, channels, pixels);
  const resultOf = (y: FloatArray, k: number) => block(y, k, filtersEach, pixels);
  const filtersOf = (weight: FloatArray, k: number) => block(weight, k % groups, filtersEach, channels);
  return {
    correlate(count, weight, x, beta, y) {
      for (let k = 0; k < count * groups; k++) {
        kernels.gemm(1, filtersOf(weight, k), imageOf(x, k), beta, resultOf(y, k));
      }
    },
    pull(count, weight, y, beta, x) {
      for (let k = 0; k < count * groups; k++) {
        kernels.gemm(1, transpose(filtersOf(weight, k)), resultOf(y, k), beta, imageOf(x, k));
      }
    },
    outer(count, scale, y, x, gradient) {
      for (let k = 0; k < count * groups; k++) {
        kernels.gemm(scale, resultOf(y, k), transpose(imageOf(x, k)), 1, filtersOf(gradient, k));
      }
    },
  };
}
