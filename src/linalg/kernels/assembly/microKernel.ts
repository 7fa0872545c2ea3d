import { multiplyAdd } from "./multiplyAdd";

/** Rows and vectors per row of the register tile: 8 accumulators, 2 of B, 1 of A leave room in V8's 15 registers. */
export const TILE_ROWS: usize = 4;
const TILE_VECTORS: usize = 2;

/** Columns of the register tile: 8 in float32, 4 in float64. */
// @ts-ignore: decorator
@inline
export function tileColumns<T>(): usize {
  return (TILE_VECTORS * 16) / sizeof<T>();
}

/** c[0..lanes) += alpha·sum for one vector of the tile. */
// @ts-ignore: decorator
@inline
function accumulate<T>(c: usize, alpha: v128, sum: v128): void {
  v128.store(c, multiplyAdd<T>(alpha, sum, v128.load(c)));
}

/**
 * C += alpha·A·B on one register tile. `a` holds `depth` columns of TILE_ROWS elements, `b` holds `depth` rows of
 * tileColumns elements, both without gaps; `c` is row-major with `stride` bytes between rows.
 * Every entry is summed over the depth in order, by `multiplyAdd`, so its bits depend on nothing else.
 *
 * Two steps a turn spread V8's stack check and counters. The branch between them keeps V8 from moving the loads of both
 * to the front, where they would push the accumulators out of the registers; `a` moves on by itself because a
 * splatting load with an offset costs an instruction more.
 */
export function microKernel<T>(depth: usize, alpha: T, a: usize, b: usize, c: usize, stride: usize): void {
  let c00 = v128.splat<T>(0);
  let c01 = c00;
  let c10 = c00;
  let c11 = c00;
  let c20 = c00;
  let c21 = c00;
  let c30 = c00;
  let c31 = c00;
  let b0: v128;
  let b1: v128;
  let x: v128;
  const end = b + depth * 32;
  const last = end - 32;
  do {
    b0 = v128.load(b);
    b1 = v128.load(b, 16);
    x = v128.load_splat<T>(a);
    c00 = multiplyAdd<T>(x, b0, c00);
    c01 = multiplyAdd<T>(x, b1, c01);
    x = v128.load_splat<T>(a, sizeof<T>());
    c10 = multiplyAdd<T>(x, b0, c10);
    c11 = multiplyAdd<T>(x, b1, c11);
    x = v128.load_splat<T>(a, 2 * sizeof<T>());
    c20 = multiplyAdd<T>(x, b0, c20);
    c21 = multiplyAdd<T>(x, b1, c21);
    x = v128.load_splat<T>(a, 3 * sizeof<T>());
    c30 = multiplyAdd<T>(x, b0, c30);
    c31 = multiplyAdd<T>(x, b1, c31);
    a += TILE_ROWS * sizeof<T>();
    if (b >= last) break;
    b0 = v128.load(b, 32);
    b1 = v128.load(b, 48);
    x = v128.load_splat<T>(a);
    c00 = multiplyAdd<T>(x, b0, c00);
    c01 = multiplyAdd<T>(x, b1, c01);
    x = v128.load_splat<T>(a, sizeof<T>());
    c10 = multiplyAdd<T>(x, b0, c10);
    c11 = multiplyAdd<T>(x, b1, c11);
    x = v128.load_splat<T>(a, 2 * sizeof<T>());
    c20 = multiplyAdd<T>(x, b0, c20);
    c21 = multiplyAdd<T>(x, b1, c21);
    x = v128.load_splat<T>(a, 3 * sizeof<T>());
    c30 = multiplyAdd<T>(x, b0, c30);
    c31 = multiplyAdd<T>(x, b1, c31);
    a += TILE_ROWS * sizeof<T>();
    b += 64;
  } while (b < end);
  const scale = v128.splat<T>(alpha);
  accumulate<T>(c, scale, c00);
  accumulate<T>(c + 16, scale, c01);
  c += stride;
  accumulate<T>(c, scale, c10);
  accumulate<T>(c + 16, scale, c11);
  c += stride;
  accumulate<T>(c, scale, c20);
  accumulate<T>(c + 16, scale, c21);
  c += stride;
  accumulate<T>(c, scale, c30);
  accumulate<T>(c + 16, scale, c31);
}
