import type { FloatArray } from "../../../linalg/matrix.ts";
import type { SlidingWindow } from "../../../linalg/vectorMath.ts";
import type { OuterShare } from "../operation.ts";

/** The share of a convolution's weights: at each output pixel, left = the patch under the filter, right = cotangents. */
export function patchShare(window: SlidingWindow, groups: number, filters: number): OuterShare {
  const { channels, height, width, kernel, outHeight, outWidth } = window;
  const positions = outHeight * outWidth;
  const filtersEach = filters / groups;
  const groupWindow = { ...window, channels: channels / groups };
  const left = (channels / groups) * kernel[0] * kernel[1];
  return {
    kind: "outer",
    groups,
    positions,
    left,
    right: filtersEach,
    leftFactors({ count, inputs: [x] }, target) {
      const pixels = groupWindow.channels * height * width;
      for (let k = 0; k < count * groups; k++)
        writePatches(groupWindow, x, k * pixels, target, k * positions * left);
      return target;
    },
    rightFactors({ count }, cotangent, target) {
      if (filtersEach === 1 || positions === 1) return cotangent;
      const size = positions * filtersEach;
      for (let start = 0; start < count * groups * size; start += size) {
        transposeBlock(cotangent, start, filtersEach, positions, target);
      }
      return target;
    },
  };
}

/** Patches of the image at x[from], one after another: positions × (channels·kernel), zeros where padded. */
function writePatches(
  w: SlidingWindow,
  x: FloatArray,
  from: number,
  target: FloatArray,
  start: number,
): void {
  const [kernelHeight, kernelWidth] = w.kernel;
  let next = start;
  for (let oy = 0; oy < w.outHeight; oy++) {
    const top = oy * w.stride[0] - w.padding[0];
    for (let ox = 0; ox < w.outWidth; ox++) {
      const leftmost = ox * w.stride[1] - w.padding[1];
      for (let channel = 0; channel < w.channels; channel++) {
        const plane = from + channel * w.height * w.width;
        for (let ky = 0; ky < kernelHeight; ky++) {
          const y = top + ky * w.dilation[0];
          const row = plane + y * w.width;
          const inside = y >= 0 && y < w.height;
          for (let kx = 0; kx < kernelWidth; kx++) {
            const column = leftmost + kx * w.dilation[1];
            target[next++] = inside && column >= 0 && column < w.width ? x[row + column] : 0;
          }
        }
      }
    }
  }
}

/** target ← the transpose of the rows×columns block that begins at `start` in both arrays. */
function transposeBlock(
  source: FloatArray,
  start: number,
  rows: number,
  columns: number,
  target: FloatArray,
): void {
  for (let i = 0; i < rows; i++) {
    let to = start + i;
    for (let j = 0, at = start + i * columns; j < columns; j++, at++, to += rows) target[to] = source[at];
  }
}
