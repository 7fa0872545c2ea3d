import { TILE_ROWS, tileColumns } from "./microKernel";
import { multiply } from "./multiply";
import { packPanels } from "./panels";

/** Depth that is packed at once: a panel of A and one of B then share the first-level cache. */
const DEPTH: usize = 256;

/** Bytes that `product` packs into for C of at most rows×columns. */
export function productWorkspace(rows: usize, columns: usize): usize {
  return (rows + columns + 16) * DEPTH * 8;
}

/**
 * C += alpha·A·B in float64 for operands that lie in memory. Strides in bytes: A(i,k) at a + i·aRow + k·aColumn,
 * B(k,j) at b + k·bRow + j·bColumn, C(i,j) at c + i·cRow + 8j. `side` as in `multiply`, diagonal from C(0,0).
 */
export function product(
  rows: usize, columns: usize, depth: usize, alpha: f64,
  a: usize, aRow: usize, aColumn: usize, b: usize, bRow: usize, bColumn: usize,
  c: usize, cRow: usize, side: i32, workspace: usize,
): void {
  const left = workspace;
  const right = workspace + (rows + 8) * DEPTH * 8;
  for (let k: usize = 0; k < depth; k += DEPTH) {
    const step = depth - k < DEPTH ? depth - k : DEPTH;
    packPanels<f64>(TILE_ROWS, rows, step, a + k * aColumn, aRow, aColumn, left);
    packPanels<f64>(tileColumns<f64>(), columns, step, b + k * bRow, bColumn, bRow, right);
    multiply<f64>(rows, columns, step, alpha, left, right, c, cRow, side, 0);
  }
}
