/** Broadcasts along the rows of a matrix, and sums over them in float64. `columns` is the length of a row, in elements. */
import { add, lanes, storeTwo } from "./lanes";
import { addRun } from "./runs";

/** a_ij ← a_ij + v_j. */
export function addToRows<T>(rows: isize, columns: isize, v: usize, a: usize): void {
  for (let i: isize = 0; i < rows; i++) {
    addRun<T>(columns, v, a);
    a += (<usize>columns) * sizeof<T>();
  }
}

/** a_ij ← a_ij + v_(i mod channels). */
export function addToColumns<T>(rows: isize, columns: isize, channels: isize, v: usize, a: usize): void {
  let channel: isize = 0;
  for (let i: isize = 0; i < rows; i++) {
    const value = v128.load_splat<T>(v + (<usize>channel) * sizeof<T>());
    if (++channel == channels) channel = 0;
    let at = a;
    for (let left = columns; left > 0; left -= 2 * lanes<T>()) {
      storeTwo<T>(at, add<T>(v128.load(at), value), add<T>(v128.load(at, 16), value), left);
      at += 32;
    }
    a += (<usize>columns) * sizeof<T>();
  }
}

/** The first two lanes in float64. */
// @ts-ignore: decorator
@inline
export function firstHalf<T>(x: v128): v128 {
  return sizeof<T>() == 4 ? f64x2.promote_low_f32x4(x) : x;
}
/** The last two of four lanes in float64; 0 where there are only two. */
// @ts-ignore: decorator
@inline
export function secondHalf<T>(x: v128): v128 {
  return sizeof<T>() == 4 ? f64x2.promote_low_f32x4(v128.shuffle<i64>(x, x, 1, 0)) : f64x2.splat(0);
}

/** out ← out + alpha·sum for one number. */
// @ts-ignore: decorator
@inline
export function addSum<T>(alpha: f64, sum: f64, out: usize): void {
  store<T>(out, <T>(<f64>load<T>(out) + alpha * sum));
}
/** The same for the first `count` elements of a vector and their sums. */
// @ts-ignore: decorator
@inline
function addSums<T>(alpha: f64, first: v128, second: v128, out: usize, count: isize): void {
  addSum<T>(alpha, f64x2.extract_lane(first, 0), out);
  if (count > 1) addSum<T>(alpha, f64x2.extract_lane(first, 1), out + sizeof<T>());
  if (sizeof<T>() == 8) return;
  if (count > 2) addSum<T>(alpha, f64x2.extract_lane(second, 0), out + 2 * sizeof<T>());
  if (count > 3) addSum<T>(alpha, f64x2.extract_lane(second, 1), out + 3 * sizeof<T>());
}

/** out_j ← out_j + alpha·Σ_i a_ij: 64 bytes of every row at a time, so that all sums stay in registers. */
export function sumRows<T>(rows: isize, columns: isize, alpha: f64, a: usize, out: usize): void {
  const stride = (<usize>columns) * sizeof<T>();
  const zero = f64x2.splat(0);
  const wide: isize = 4 * lanes<T>();
  for (; columns >= wide; columns -= wide) {
    let a0 = zero, a1 = zero, b0 = zero, b1 = zero, c0 = zero, c1 = zero, d0 = zero, d1 = zero;
    let at = a;
    for (let i: isize = 0; i < rows; i++) {
      let x = v128.load(at);
      a0 = f64x2.add(a0, firstHalf<T>(x));
      if (sizeof<T>() == 4) a1 = f64x2.add(a1, secondHalf<T>(x));
      x = v128.load(at, 16);
      b0 = f64x2.add(b0, firstHalf<T>(x));
      if (sizeof<T>() == 4) b1 = f64x2.add(b1, secondHalf<T>(x));
      x = v128.load(at, 32);
      c0 = f64x2.add(c0, firstHalf<T>(x));
      if (sizeof<T>() == 4) c1 = f64x2.add(c1, secondHalf<T>(x));
      x = v128.load(at, 48);
      d0 = f64x2.add(d0, firstHalf<T>(x));
      if (sizeof<T>() == 4) d1 = f64x2.add(d1, secondHalf<T>(x));
      at += stride;
    }
    addSums<T>(alpha, a0, a1, out, lanes<T>());
    addSums<T>(alpha, b0, b1, out + 16, lanes<T>());
    addSums<T>(alpha, c0, c1, out + 32, lanes<T>());
    addSums<T>(alpha, d0, d1, out + 48, lanes<T>());
    a += 64;
    out += 64;
  }
  for (; columns > 0; columns -= lanes<T>()) {
    let first = zero, second = zero;
    let at = a;
    for (let i: isize = 0; i < rows; i++) {
      const x = v128.load(at);
      first = f64x2.add(first, firstHalf<T>(x));
      if (sizeof<T>() == 4) second = f64x2.add(second, secondHalf<T>(x));
      at += stride;
    }
    addSums<T>(alpha, first, second, out, columns);
    a += 16;
    out += 16;
  }
}

/** out_k ← out_k + alpha·Σ over rows i ≡ k (mod channels) and j of a_ij, in eight partial sums (float64: four). */
export function sumColumns<T>(
  rows: isize, columns: isize, channels: isize, alpha: f64, a: usize, out: usize,
): void {
  const rowBytes = (<usize>columns) * sizeof<T>();
  const gap = (<usize>channels - 1) * rowBytes;
  for (let channel: isize = 0; channel < channels; channel++) {
    let a0 = f64x2.splat(0), a1 = a0, b0 = a0, b1 = a0;
    let rest = 0.0;
    let at = a + (<usize>channel) * rowBytes;
    for (let row = channel; row < rows; row += channels) {
      let left = columns;
      for (; left >= 2 * lanes<T>(); left -= 2 * lanes<T>()) {
        const x = v128.load(at);
        const y = v128.load(at, 16);
        a0 = f64x2.add(a0, firstHalf<T>(x));
        b0 = f64x2.add(b0, firstHalf<T>(y));
        if (sizeof<T>() == 4) {
          a1 = f64x2.add(a1, secondHalf<T>(x));
          b1 = f64x2.add(b1, secondHalf<T>(y));
        }
        at += 32;
      }
      for (; left > 0; left--) {
        rest += <f64>load<T>(at);
        at += sizeof<T>();
      }
      at += gap;
    }
    const sums = f64x2.add(f64x2.add(a0, b0), f64x2.add(a1, b1));
    addSum<T>(alpha, f64x2.extract_lane(sums, 0) + f64x2.extract_lane(sums, 1) + rest, out);
    out += sizeof<T>();
  }
}
