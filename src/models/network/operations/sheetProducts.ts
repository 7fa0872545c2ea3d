import { type FloatArray, type Matrix, transpose } from "../../../linalg/matrix.ts";
import type { SlidingWindow } from "../../../linalg/vectorMath.ts";
import type { BindContext } from "../operation.ts";
import type { ConvolutionProducts } from "./patchProducts.ts";
import { scratch } from "./scratch.ts";

/** Columns at which a product with the weights is no longer held up by reading them, as measured. */
const columnsTogether = 512;

/** `patchProducts` for results of few positions: the patches of several images side by side, in one sheet. */
export function sheetProducts(
  window: SlidingWindow,
  groups: number,
  filters: number,
  context: BindContext,
): ConvolutionProducts {
  const { kernels, math } = context;
  const { height, width, kernel, outHeight, outWidth } = window;
  const channels = window.channels / groups;
  const filtersEach = filters / groups;
  const positions = outHeight * outWidth;
  const rows = channels * kernel[0] * kernel[1];
  const pixels = channels * height * width;
  const each = Math.max(1, Math.floor(columnsTogether / positions));
  const whole: SlidingWindow = { ...window, channels };
  const imageOf = (x: FloatArray, k: number) => x.subarray(k * pixels, (k + 1) * pixels);
  const filtersOf = (weight: FloatArray, group: number): Matrix<FloatArray> => ({
    ...view(filtersEach, rows, weight),
    offset: group * filtersEach * rows,
  });

  /** Calls `visit` for the images, by index, that share a sheet, with room for patches and for results of all of them. */
  const forEachSheet = (
    count: number,
    visit: (images: number[], group: number, sheet: Matrix<FloatArray>, results: Matrix<FloatArray>) => void,
  ) => {
    const most = Math.min(each, count) * positions;
    const sheet = scratch("sheet", rows * most, context);
    const results = scratch("sheet of results", filtersEach * most, context);
    for (let group = 0; group < groups; group++) {
      for (let start = 0; start < count; start += each) {
        const some = Math.min(each, count - start);
        const images = Array.from({ length: some }, (_, k) => (start + k) * groups + group);
        visit(
          images,
          group,
          view(rows, some * positions, sheet),
          view(filtersEach, some * positions, results),
        );
      }
    }
  };
  const unfoldAll = (images: number[], x: FloatArray, sheet: Matrix<FloatArray>) => {
    const patches = scratch("patches", rows * positions, context);
    for (const [k, image] of images.entries()) {
      math.unfold(whole, imageOf(x, image), patches);
      putColumns(positions, patches, 0, sheet, k * positions);
    }
  };
  const putResults = (images: number[], y: FloatArray, results: Matrix<FloatArray>) => {
    for (const [k, image] of images.entries()) {
      putColumns(positions, y, image * filtersEach * positions, results, k * positions);
    }
  };

  return {
    correlate(count, weight, x, beta, y) {
      forEachSheet(count, (images, group, sheet, results) => {
        unfoldAll(images, x, sheet);
        if (beta === 1) putResults(images, y, results);
        kernels.gemm(1, filtersOf(weight, group), sheet, beta, results);
        for (const [k, image] of images.entries()) {
          takeColumns(positions, results, k * positions, y, image * filtersEach * positions);
        }
      });
    },
    pull(count, weight, y, beta, x) {
      if (beta === 0) x.fill(0);
      forEachSheet(count, (images, group, sheet, results) => {
        putResults(images, y, results);
        kernels.gemm(1, transpose(filtersOf(weight, group)), results, 0, sheet);
        const patches = scratch("patches", rows * positions, context);
        for (const [k, image] of images.entries()) {
          takeColumns(positions, sheet, k * positions, patches, 0);
          math.fold(whole, patches, imageOf(x, image));
        }
      });
    },
    outer(count, scale, y, x, gradient) {
      forEachSheet(count, (images, group, sheet, results) => {
        unfoldAll(images, x, sheet);
        putResults(images, y, results);
        kernels.gemm(scale, results, transpose(sheet), 1, filtersOf(gradient, group));
      });
    },
  };
}

/** The row-major matrix at the start of the array. */
function view(rows: number, columns: number, data: FloatArray): Matrix<FloatArray> {
  return { data, offset: 0, rows, columns, rowStride: columns, columnStride: 1 };
}

/** Columns of the sheet from `column` on ← the matrix of that many rows and of `columns` that begins at source[from]. */
function putColumns(
  columns: number,
  source: FloatArray,
  from: number,
  { data, rows, rowStride }: Matrix<FloatArray>,
  column: number,
): void {
  let at = from;
  for (let start = column; start < rows * rowStride; start += rowStride) {
    for (let to = start; to < start + columns; to++) data[to] = source[at++];
  }
}

/** The way back. */
function takeColumns(
  columns: number,
  { data, rows, rowStride }: Matrix<FloatArray>,
  column: number,
  target: FloatArray,
  to: number,
): void {
  let next = to;
  for (let start = column; start < rows * rowStride; start += rowStride) {
    for (let at = start; at < start + columns; at++) target[next++] = data[at];
  }
}
