/** Float64 sums of elementwise products, of factors that may be float32: their products are then exact. */
import { lanes } from "./lanes";
import { firstHalf, secondHalf } from "./rows";

/** sums ← sums + x ∘ y. */
// @ts-ignore: decorator
@inline
function addProducts<T>(n: isize, x: usize, y: usize, sums: usize): void {
  for (; n >= lanes<T>(); n -= lanes<T>()) {
    const a = v128.load(x);
    const b = v128.load(y);
    v128.store(sums, f64x2.add(v128.load(sums), f64x2.mul(firstHalf<T>(a), firstHalf<T>(b))));
    if (sizeof<T>() == 4) {
      v128.store(sums, f64x2.add(v128.load(sums, 16), f64x2.mul(secondHalf<T>(a), secondHalf<T>(b))), 16);
    }
    x += 16;
    y += 16;
    sums += 8 * lanes<T>();
  }
  for (; n > 0; n--) {
    store<f64>(sums, load<f64>(sums) + <f64>load<T>(x) * <f64>load<T>(y));
    x += sizeof<T>();
    y += sizeof<T>();
    sums += 8;
  }
}

/** sums ← sums + weight·x. */
// @ts-ignore: decorator
@inline
function addMultiple<T>(n: isize, weight: f64, x: usize, sums: usize): void {
  const w = f64x2.splat(weight);
  for (; n >= 2; n -= 2) {
    const a = sizeof<T>() == 4 ? f64x2.promote_low_f32x4(v128.load64_zero(x)) : v128.load(x);
    v128.store(sums, f64x2.add(v128.load(sums), f64x2.mul(w, a)));
    x += 2 * sizeof<T>();
    sums += 16;
  }
  if (n > 0) store<f64>(sums, load<f64>(sums) + weight * <f64>load<T>(x));
}

/** sums_(is+c, js+d) ← itself + weights_ij·values_(is+c, js+d) for weights of rows × columns and blocks of size s. */
export function addWeightedBlocks<T>(
  rows: isize, columns: isize, size: isize, weights: usize, values: usize, sums: usize,
): void {
  if (size == 1) return addProducts<T>(rows * columns, weights, values, sums);
  for (let row: isize = 0; row < rows * size; row++) {
    let weight = weights + (<usize>((row / size) * columns)) * sizeof<T>();
    for (let j: isize = 0; j < columns; j++) {
      addMultiple<T>(size, <f64>load<T>(weight), values, sums);
      weight += sizeof<T>();
      values += (<usize>size) * sizeof<T>();
      sums += (<usize>size) * 8;
    }
  }
}
