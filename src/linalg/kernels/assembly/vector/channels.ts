/** Images of one number a channel: rows of `columns` elements, row i of channel i mod `channels`. */
import { add, lanes, storeTwo, subtract, times } from "./lanes";
import { addSum, firstHalf, secondHalf } from "./rows";

/** scale·(x − centre) + shift for one vector. */
// @ts-ignore: decorator
@inline
function moved<T>(x: v128, centre: v128, scale: v128, shift: v128): v128 {
  return add<T>(times<T>(scale, subtract<T>(x, centre)), shift);
}

/** y_ij ← scale_c·(x_ij − centre_c) + shift_c for the channel c of row i, and what was there if `keep`. */
export function moveChannels<T>(
  rows: isize, columns: isize, channels: isize, centre: usize, scale: usize, shift: usize, x: usize, keep: bool, y: usize,
): void {
  let channel: isize = 0;
  for (let i: isize = 0; i < rows; i++) {
    const at = (<usize>channel) * sizeof<T>();
    const m = v128.load_splat<T>(centre + at);
    const a = v128.load_splat<T>(scale + at);
    const b = v128.load_splat<T>(shift + at);
    if (++channel == channels) channel = 0;
    let from = x;
    let to = y;
    for (let left = columns; left > 0; left -= 2 * lanes<T>()) {
      let y0 = moved<T>(v128.load(from), m, a, b);
      let y1 = moved<T>(v128.load(from, 16), m, a, b);
      if (keep) {
        y0 = add<T>(v128.load(to), y0);
        y1 = add<T>(v128.load(to, 16), y1);
      }
      storeTwo<T>(to, y0, y1, left);
      from += 32;
      to += 32;
    }
    x += (<usize>columns) * sizeof<T>();
    y += (<usize>columns) * sizeof<T>();
  }
}

/** Lanes of y times (x − centre), in float64. */
// @ts-ignore: decorator
@inline
function firstProducts<T>(y: v128, x: v128, centre: v128): v128 {
  return f64x2.mul(firstHalf<T>(y), f64x2.sub(firstHalf<T>(x), centre));
}
// @ts-ignore: decorator
@inline
function secondProducts<T>(y: v128, x: v128, centre: v128): v128 {
  return f64x2.mul(secondHalf<T>(y), f64x2.sub(secondHalf<T>(x), centre));
}

/** out_c ← out_c + alpha·Σ over rows i of channel c and j of y_ij (x_ij − centre_c), in eight partial sums (float64: four). */
export function sumProducts<T>(
  rows: isize, columns: isize, channels: isize, alpha: f64, y: usize, x: usize, centre: usize, out: usize,
): void {
  const rowBytes = (<usize>columns) * sizeof<T>();
  for (let channel: isize = 0; channel < channels; channel++) {
    const m = <f64>load<T>(centre + (<usize>channel) * sizeof<T>());
    const centres = f64x2.splat(m);
    let a0 = f64x2.splat(0), a1 = a0, b0 = a0, b1 = a0;
    let rest = 0.0;
    for (let row = channel; row < rows; row += channels) {
      let ay = y + (<usize>row) * rowBytes;
      let ax = x + (<usize>row) * rowBytes;
      let left = columns;
      for (; left >= 2 * lanes<T>(); left -= 2 * lanes<T>()) {
        const y0 = v128.load(ay), y1 = v128.load(ay, 16);
        const x0 = v128.load(ax), x1 = v128.load(ax, 16);
        a0 = f64x2.add(a0, firstProducts<T>(y0, x0, centres));
        b0 = f64x2.add(b0, firstProducts<T>(y1, x1, centres));
        if (sizeof<T>() == 4) {
          a1 = f64x2.add(a1, secondProducts<T>(y0, x0, centres));
          b1 = f64x2.add(b1, secondProducts<T>(y1, x1, centres));
        }
        ay += 32;
        ax += 32;
      }
      for (; left > 0; left--) {
        rest += <f64>load<T>(ay) * (<f64>load<T>(ax) - m);
        ay += sizeof<T>();
        ax += sizeof<T>();
      }
    }
    const sums = f64x2.add(f64x2.add(a0, b0), f64x2.add(a1, b1));
    addSum<T>(alpha, f64x2.extract_lane(sums, 0) + f64x2.extract_lane(sums, 1) + rest, out);
    out += sizeof<T>();
  }
}
