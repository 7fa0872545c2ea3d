/** Other orders of a convolution's weights, which PyTorch keeps as filters × channels × kernel height × kernel width. */
import type { FloatArray } from "../../../linalg/matrix.ts";

/** Lengths of weights: filters, channels, kernel height, kernel width. */
export type FilterShape = readonly [number, number, number, number];

/** rows ← weights by row of the kernel: kernel height × filters × channels × kernel width. */
export function splitRows(weight: FloatArray, shape: FilterShape, rows: FloatArray): void {
  const [filters, channels, height, width] = shape;
  let from = 0;
  for (let pair = 0; pair < filters * channels; pair++) {
    for (let y = 0; y < height; y++) {
      const start = (y * filters * channels + pair) * width;
      for (let to = start; to < start + width; to++) rows[to] = weight[from++];
    }
  }
}

/** Filters whose numbers are moved together: as many as a cache line holds. */
const tile = 16;

/**
 * weight ← weight + scale·columns, for columns that hold, for each row of the kernel and each of `groups`, the matrix of
 * (channels·kernel width) × filters.
 */
export function addColumns(
  scale: number,
  columns: FloatArray,
  shape: FilterShape,
  groups: number,
  weight: FloatArray,
): void {
  const [filters, channels, height, width] = shape;
  const filtersEach = filters / groups;
  const size = channels * height * width;
  for (let group = 0; group < groups; group++) {
    for (let start = 0; start < filtersEach; start += tile) {
      const end = Math.min(start + tile, filtersEach);
      for (let tap = 0; tap < size; tap++) {
        const [channel, y, x] = [
          Math.floor(tap / (height * width)),
          Math.floor(tap / width) % height,
          tap % width,
        ];
        const row = ((y * groups + group) * channels + channel) * width + x;
        let to = (group * filtersEach + start) * size + tap;
        for (let from = row * filtersEach + start; from < row * filtersEach + end; from++) {
          weight[to] += scale * columns[from];
          to += size;
        }
      }
    }
  }
}

/**
 * mirrored ← for each of `groups`, filters and channels exchanged and kernels turned by half a turn: the weights that
 * lead back from outputs to inputs.
 */
export function mirror(weight: FloatArray, shape: FilterShape, groups: number, mirrored: FloatArray): void {
  const [filters, channels, height, width] = shape;
  const [filtersEach, taps] = [filters / groups, height * width];
  let from = 0;
  for (let filter = 0; filter < filters; filter++) {
    const group = Math.floor(filter / filtersEach);
    for (let channel = 0; channel < channels; channel++) {
      const pair = (group * channels + channel) * filtersEach + (filter % filtersEach);
      for (let to = (pair + 1) * taps - 1; to >= pair * taps; to--) mirrored[to] = weight[from++];
    }
  }
}
