import { TILE_ROWS, microKernel, tileColumns } from "./microKernel";
import { smaller } from "./scalar";

/** Rows of A that stay in the second-level cache while all of B streams past: 128 × 256 float64 are 256 KiB. */
const CACHED_ROWS: usize = 128;

/** Which entries of C are wanted: all of them, or those on one side of the diagonal. */
export const FULL: i32 = 0;
export const LOWER: i32 = 1;
export const UPPER: i32 = 2;

/** A register tile that sticks out of C is computed here first. */
const SCRATCH_STRIDE: usize = 32;
const scratch: usize = memory.data(128, 16);

/** C += alpha·A·B on one register tile of which only `rows`×`columns` entries exist; the same bits as a whole tile. */
function edgeTile<T>(
  rows: usize, columns: usize, depth: usize, alpha: T, a: usize, b: usize, c: usize, stride: usize,
): void {
  const width = columns * sizeof<T>();
  for (let i: usize = 0; i < rows; i++) memory.copy(scratch + i * SCRATCH_STRIDE, c + i * stride, width);
  microKernel<T>(depth, alpha, a, b, scratch, SCRATCH_STRIDE);
  for (let i: usize = 0; i < rows; i++) memory.copy(c + i * stride, scratch + i * SCRATCH_STRIDE, width);
}

/** Whether a tile lies wholly on the unwanted side; `diagonal` is the column of C's diagonal in its row 0. */
// @ts-ignore: decorator
@inline
function outside<T>(side: i32, i: usize, j: usize, diagonal: isize): bool {
  if (side == LOWER) return <isize>j > <isize>(i + TILE_ROWS - 1) + diagonal;
  if (side == UPPER) return <isize>(j + tileColumns<T>() - 1) < <isize>i + diagonal;
  return false;
}

/**
 * C += alpha·A·B for packed A (panels of TILE_ROWS) and packed B (panels of tileColumns); C is row-major with `stride`
 * bytes between rows. Tiles wholly on the unwanted `side` of the diagonal are left out; entries of the others may be written.
 */
export function multiply<T>(
  rows: usize, columns: usize, depth: usize, alpha: T, a: usize, b: usize, c: usize, stride: usize,
  side: i32, diagonal: isize,
): void {
  const width = tileColumns<T>();
  for (let block: usize = 0; block < rows; block += CACHED_ROWS) {
    const blockEnd = smaller<usize>(block + CACHED_ROWS, rows);
    for (let j: usize = 0; j < columns; j += width) {
      const tileWidth = smaller<usize>(width, columns - j);
      for (let i = block; i < blockEnd; i += TILE_ROWS) {
        if (outside<T>(side, i, j, diagonal)) continue;
        const aPanel = a + i * depth * sizeof<T>();
        const bPanel = b + j * depth * sizeof<T>();
        const tile = c + i * stride + j * sizeof<T>();
        const tileHeight = smaller<usize>(TILE_ROWS, rows - i);
        if (tileHeight == TILE_ROWS && tileWidth == width) {
          microKernel<T>(depth, alpha, aPanel, bPanel, tile, stride);
        } else {
          edgeTile<T>(tileHeight, tileWidth, depth, alpha, aPanel, bPanel, tile, stride);
        }
      }
    }
  }
}
