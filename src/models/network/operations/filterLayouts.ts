/** Other orders of a convolution's weights, which PyTorch keeps as filters × channels × kernel height × kernel width. */
import type { FloatArray } from "../../../linalg/matrix.ts";

/** Lengths of weights: filters, channels, kernel height, kernel width. */
export type FilterShape = readonly [number, number, number, number];

/** How many filters of a channel, and how many filters, are moved together: what is read and written stays in the cache. */
const pairsTogether = 256;
const filtersTogether = 16;

/** rows ← weights by row of the kernel: kernel height × filters × channels × kernel width. */
export function splitRows(weight: FloatArray, shape: FilterShape, rows: FloatArray): void {
  const [filters, channels, height, width] = shape;
  const pairs = filters * channels;
  const taps = height * width;
  for (let start = 0; start < pairs; start += pairsTogether) {
    const end = Math.min(start + pairsTogether, pairs);
    for (let tap = 0; tap < taps; tap++) {
      const y = Math.floor(tap / width);
      let to = (y * pairs + start) * width + tap - y * width;
      for (let from = start * taps + tap; from < end * taps; from += taps) {
        rows[to] = weight[from];
        to += width;
      }
    }
  }
}

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
    for (let start = 0; start < filtersEach; start += filtersTogether) {
      const end = Math.min(start + filtersTogether, filtersEach);
      let first = (group * filtersEach + start) * size;
      for (let channel = 0; channel < channels; channel++) {
        for (let y = 0; y < height; y++) {
          const row = ((y * groups + group) * channels + channel) * width;
          for (let x = row; x < row + width; x++) {
            let to = first++;
            for (let from = x * filtersEach + start; from < x * filtersEach + end; from++) {
              weight[to] += scale * columns[from];
              to += size;
            }
          }
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
