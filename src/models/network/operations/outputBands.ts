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
  /** What each part of the kernel sees, the one of most positions first. */
  readonly taps: readonly Tap[];
}

/** A row of the kernel, or the whole of it, over the positions where it does not meet zeros around the image alone. */
export interface Tap {
  /** Which row of the kernel; 0 for the whole. */
  readonly index: number;
  /** Its first position in the output, and how many it has. */
  readonly first: number;
  readonly positions: number;
  /** Column of the patch matrix under the first position. */
  readonly column: number;
}

/** Numbers that stay in a core's second-level cache between the writing of patches and a product with them. */
export function numbersInCache(precision: Precision): number {
  return 2 ** 18 / (precision === "float32" ? 4 : 8);
}

/**
 * Splits the output into bands of equal height whose patches take at most `numbers` numbers, or of one row; the first is the largest. Split by
 * "rows", a patch is that of one row of the kernel, at every height of the image that any row of the kernel meets.
 */
export function outputBands(window: SlidingWindow, form: "whole" | "rows", numbers: number): OutputBand[] {
  const { channels, kernel, dilation, outHeight, outWidth } = window;
  const further = form === "rows" ? dilation[0] * (kernel[0] - 1) : 0;
  const numbersEach = channels * (form === "rows" ? 1 : kernel[0]) * kernel[1] * outWidth;
  const most = Math.max(1, Math.floor(numbers / numbersEach) - further);
  const height = Math.ceil(outHeight / Math.ceil(outHeight / most));
  const bands: OutputBand[] = [];
  for (let top = 0; top < outHeight; top += height) {
    const bottom = Math.min(top + height, outHeight);
    bands.push(form === "rows" ? bandByRows(window, top, bottom) : wholeBand(window, top, bottom));
  }
  return bands;
}

function wholeBand(window: SlidingWindow, top: number, bottom: number): OutputBand {
  const { stride, padding, outWidth } = window;
  const own = { first: top * outWidth, positions: (bottom - top) * outWidth };
  return {
    window: {
      ...window,
      padding: [padding[0] - top * stride[0], padding[1]],
      outHeight: bottom - top,
    },
    columns: own.positions,
    ...own,
    taps: [{ index: 0, ...own, column: 0 }],
  };
}

/** The zeros above and below the image are left out: what they would add is nothing. */
function bandByRows(window: SlidingWindow, top: number, bottom: number): OutputBand {
  const { height, kernel, dilation, padding, outWidth } = window;
  const taps: { index: number; rows: readonly [number, number]; offset: number }[] = [];
  for (let index = 0; index < kernel[0]; index++) {
    // output row y sees row y + offset of the image
    const offset = index * dilation[0] - padding[0];
    const rows = [Math.max(top, -offset), Math.min(bottom, height - offset)] as const;
    if (rows[0] < rows[1]) taps.push({ index, rows, offset });
  }
  taps.sort((a, b) => b.rows[1] - b.rows[0] - (a.rows[1] - a.rows[0]));
  const first = Math.min(...taps.map(({ rows, offset }) => rows[0] + offset));
  const end = Math.max(...taps.map(({ rows, offset }) => rows[1] + offset));
  const seen = taps.length === 0 ? 0 : end - first;
  return {
    window: { ...window, kernel: [1, kernel[1]], padding: [-first, padding[1]], outHeight: seen },
    columns: seen * outWidth,
    first: top * outWidth,
    positions: (bottom - top) * outWidth,
    taps: taps.map(({ index, rows, offset }) => ({
      index,
      first: rows[0] * outWidth,
      positions: (rows[1] - rows[0]) * outWidth,
      column: (rows[0] + offset - first) * outWidth,
    })),
  };
}
