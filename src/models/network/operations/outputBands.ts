import type { Precision, SlidingWindow } from "../../../linalg/vectorMath.ts";

/** Some rows of the output, with the patches under them. */
export interface OutputBand {
  /** What `unfold` writes: whole patches, or those of one row of the kernel. */
  readonly window: SlidingWindow;
  /** Columns of that patch matrix. */
  readonly columns: number;
  /** The band's first position in the output, and how many it has. */
  readonly first: number;
  readonly positions: number;
}

/** Numbers that stay in a core's second-level cache between the writing of patches and a product with them. */
export function numbersInCache(precision: Precision): number {
  return 2 ** 18 / (precision === "float32" ? 4 : 8);
}

/**
 * Splits the output into bands of equal height whose patches take at most `numbers` numbers, or of one row; the first is the largest. Split by
 * "rows", a patch is that of one row of the kernel, at every height that any row of the kernel meets.
 */
export function outputBands(window: SlidingWindow, form: "whole" | "rows", numbers: number): OutputBand[] {
  const { channels, kernel, stride, dilation, padding, outHeight, outWidth } = window;
  const unfolded: readonly [number, number] = form === "rows" ? [1, kernel[1]] : kernel;
  const further = form === "rows" ? dilation[0] * (kernel[0] - 1) : 0;
  const numbersEach = channels * unfolded[0] * unfolded[1] * outWidth;
  const most = Math.max(1, Math.floor(numbers / numbersEach) - further);
  const height = Math.ceil(outHeight / Math.ceil(outHeight / most));
  const bands: OutputBand[] = [];
  for (let first = 0; first < outHeight; first += height) {
    const heightHere = Math.min(height, outHeight - first);
    bands.push({
      window: {
        ...window,
        kernel: unfolded,
        padding: [padding[0] - first * stride[0], padding[1]],
        outHeight: heightHere + further,
      },
      columns: (heightHere + further) * outWidth,
      first: first * outWidth,
      positions: heightHere * outWidth,
    });
  }
  return bands;
}
