/** Float64 sums of elementwise products with weights to which a number is added; factors may be float32. */
import { lanes } from "./lanes";
import { firstHalf, secondHalf } from "./rows";

/** sums ← keep·sums + (w + shift) ∘ x. */
// @ts-ignore: decorator
@inline
function addProducts<T>(n: isize, shift: f64, w: usize, x: usize, keep: bool, sums: usize): void {
  const shifts = f64x2.splat(shift);
  for (; n >= lanes<T>(); n -= lanes<T>()) {
    const a = v128.load(w);
    const b = v128.load(x);
    storeSums(sums, f64x2.mul(f64x2.add(firstHalf<T>(a), shifts), firstHalf<T>(b)), keep);
    if (sizeof<T>() == 4) {
      storeSums(sums + 16, f64x2.mul(f64x2.add(secondHalf<T>(a), shifts), secondHalf<T>(b)), keep);
    }
    w += 16;
    x += 16;
    sums += 8 * lanes<T>();
  }
  for (; n > 0; n--) {
    storeSum(sums, (<f64>load<T>(w) + shift) * <f64>load<T>(x), keep);
    w += sizeof<T>();
    x += sizeof<T>();
    sums += 8;
  }
}

/** sums ← keep·sums + weight·x. */
// @ts-ignore: decorator
@inline
function addMultiple<T>(n: isize, weight: f64, x: usize, keep: bool, sums: usize): void {
  const w = f64x2.splat(weight);
  for (; n >= 2; n -= 2) {
    const a = sizeof<T>() == 4 ? f64x2.promote_low_f32x4(v128.load64_zero(x)) : v128.load(x);
    storeSums(sums, f64x2.mul(w, a), keep);
    x += 2 * sizeof<T>();
    sums += 16;
  }
  if (n > 0) storeSum(sums, weight * <f64>load<T>(x), keep);
}

// @ts-ignore: decorator
@inline
function storeSums(at: usize, x: v128, keep: bool): void {
  v128.store(at, keep ? f64x2.add(v128.load(at), x) : x);
}
// @ts-ignore: decorator
@inline
function storeSum(at: usize, x: f64, keep: bool): void {
  store<f64>(at, keep ? load<f64>(at) + x : x);
}

/**
 * sums_(is+c, js+d) ← keep·itself + (weights_ij + shift)·values_(is+c, js+d) for weights of rows × columns and blocks of
 * size s.
 */
export function addWeightedBlocks<T>(
  rows: isize, columns: isize, size: isize, shift: f64, weights: usize, values: usize, keep: bool, sums: usize,
): void {
  if (size == 1) {
    if (keep) addProducts<T>(rows * columns, shift, weights, values, true, sums);
    else addProducts<T>(rows * columns, shift, weights, values, false, sums);
    return;
  }
  for (let row: isize = 0; row < rows * size; row++) {
    let weight = weights + (<usize>((row / size) * columns)) * sizeof<T>();
    for (let j: isize = 0; j < columns; j++) {
      addMultiple<T>(size, <f64>load<T>(weight) + shift, values, keep, sums);
      weight += sizeof<T>();
      values += (<usize>size) * sizeof<T>();
      sums += (<usize>size) * 8;
    }
  }
}
