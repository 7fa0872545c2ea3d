/**
 * Convolution as matrix products: with P the matrix of an image's patches (a column for each output pixel, a row for
 * each weight of a filter), y = W P for each group of channels.
 *
 * Split by rows, the patches are those of one row of the kernel alone, at every height of the padded image. What stands
 * under row k of the kernel is then a block of columns of that matrix, so y = Σ_k W_k P_k: a third of the numbers to
 * write for a kernel of height 3, and products that stay in the cache.
 */
import { type FloatArray, type Matrix, transpose } from "../../../linalg/matrix.ts";
import type { SlidingWindow } from "../../../linalg/vectorMath.ts";
import type { BindContext } from "../operation.ts";
import { addColumns, type FilterShape, splitRows } from "./filterLayouts.ts";
import { numbersInCache, type OutputBand, outputBands, type Tap } from "./outputBands.ts";
import { scratch } from "./scratch.ts";

/**
 * The products that a convolution y = W ⋆ x and its derivatives are made of. All arrays hold `count` samples: images x,
 * results y.
 */
export interface ConvolutionProducts {
  /** y ← W ⋆ x + beta·y. */
  correlate(count: number, weight: FloatArray, x: FloatArray, beta: 0 | 1, y: FloatArray): void;
  /** x ← (∂y/∂x)ᵀ y + beta·x. */
  pull(count: number, weight: FloatArray, y: FloatArray, beta: 0 | 1, x: FloatArray): void;
  /** gradient ← gradient + scale·Σ_i (∂y_i/∂W)ᵀ y_i. */
  outer(count: number, scale: number, y: FloatArray, x: FloatArray, gradient: FloatArray): void;
}

/** Split by "rows" needs a vertical stride of 1. */
export function patchProducts(
  window: SlidingWindow,
  groups: number,
  filters: number,
  form: "whole" | "rows",
  context: BindContext,
): ConvolutionProducts {
  const { kernels, math } = context;
  const { height, width, kernel, outHeight, outWidth } = window;
  const channels = window.channels / groups;
  const filtersEach = filters / groups;
  const shape: FilterShape = [filters, channels, kernel[0], kernel[1]];
  const taps = form === "rows" ? kernel[0] : 1;
  const rows = (channels * kernel[0] * kernel[1]) / taps;
  const positions = outHeight * outWidth;
  const bands = outputBands({ ...window, channels }, form, numbersInCache(context.precision));

  const imageSize = channels * height * width;
  const imageOf = (x: FloatArray, image: number) => x.subarray(image * imageSize, (image + 1) * imageSize);
  const patchesUnder = ({ column, positions: some }: Tap, { columns }: OutputBand, patches: FloatArray) =>
    view(patches, column, rows, some, columns);
  const resultOf = ({ first, positions: some }: Tap, image: number, y: FloatArray) =>
    view(y, image * filtersEach * positions + first, filtersEach, some, positions);
  const filtersOf = (tap: number, group: number, weight: FloatArray) =>
    view(weight, (tap * groups + group) * filtersEach * rows, filtersEach, rows, rows);
  const columnsOf = (tap: number, group: number, columns: FloatArray) =>
    view(columns, (tap * groups + group) * filtersEach * rows, rows, filtersEach, filtersEach);
  const inOrder = (weight: FloatArray) => {
    if (taps === 1) return weight;
    const ordered = scratch("filters", weight.length, context);
    splitRows(weight, shape, ordered);
    return ordered;
  };

  const clear = ({ first, positions: some }: OutputBand, image: number, y: FloatArray) => {
    for (let filter = 0; filter < filtersEach; filter++) {
      const start = (image * filtersEach + filter) * positions + first;
      y.fill(0, start, start + some);
    }
  };

  /** Calls `visit` for each band of each image of a group of channels, with room for its patches. */
  const forEachBand = (
    count: number,
    visit: (image: number, group: number, band: OutputBand, patches: FloatArray) => void,
  ) => {
    const room = scratch("patches", rows * Math.max(...bands.map(({ columns }) => columns)), context);
    const patches = bands.map(({ columns }) => room.subarray(0, rows * columns));
    for (let image = 0; image < count * groups; image++) {
      for (let k = 0; k < bands.length; k++) visit(image, image % groups, bands[k], patches[k]);
    }
  };

  return {
    correlate(count, weight, x, beta, y) {
      const ordered = inOrder(weight);
      forEachBand(count, (image, group, band, patches) => {
        math.unfold(band.window, imageOf(x, image), patches);
        if (beta === 0 && !coversAll(band)) clear(band, image, y);
        for (const [k, tap] of band.taps.entries()) {
          const under = patchesUnder(tap, band, patches);
          const start = k === 0 && coversAll(band) ? beta : 1;
          kernels.gemm(1, filtersOf(tap.index, group, ordered), under, start, resultOf(tap, image, y));
        }
      });
    },
    pull(count, weight, y, beta, x) {
      const ordered = inOrder(weight);
      if (beta === 0) x.fill(0);
      forEachBand(count, (image, group, band, patches) => {
        if (taps > 1) patches.fill(0);
        for (const tap of band.taps) {
          const under = patchesUnder(tap, band, patches);
          const transposed = transpose(filtersOf(tap.index, group, ordered));
          kernels.gemm(1, transposed, resultOf(tap, image, y), taps > 1 ? 1 : 0, under);
        }
        math.fold(band.window, patches, imageOf(x, image));
      });
    },
    outer(count, scale, y, x, gradient) {
      // products with the transpose of a gradient are faster, but it has to be put back in order
      const columns = taps === 1 ? undefined : scratch("filters", gradient.length, context).fill(0);
      forEachBand(count, (image, group, band, patches) => {
        math.unfold(band.window, imageOf(x, image), patches);
        for (const tap of band.taps) {
          const under = patchesUnder(tap, band, patches);
          const result = resultOf(tap, image, y);
          if (columns) kernels.gemm(1, under, transpose(result), 1, columnsOf(tap.index, group, columns));
          else kernels.gemm(scale, result, transpose(under), 1, filtersOf(tap.index, group, gradient));
        }
      });
      if (columns) addColumns(scale, columns, shape, groups, gradient);
    },
  };
}

/** Whether the first tap writes every result of the band. */
function coversAll({ taps, positions }: OutputBand): boolean {
  return taps.length > 0 && taps[0].positions === positions;
}

function view(
  data: FloatArray,
  offset: number,
  rows: number,
  columns: number,
  rowStride: number,
): Matrix<FloatArray> {
  return { data, offset, rows, columns, rowStride, columnStride: 1 };
}
