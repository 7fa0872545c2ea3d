/** Sums and products of whole arrays: multiply, then add, two vectors a turn. */
import { add, lanes, storeTwo, times } from "./lanes";

/** y ← y + alpha·x. */
export function axpy<T>(n: isize, alpha: T, x: usize, y: usize): void {
  const a = v128.splat<T>(alpha);
  for (; n >= 4 * lanes<T>(); n -= 4 * lanes<T>()) {
    v128.store(y, add<T>(v128.load(y), times<T>(a, v128.load(x))));
    v128.store(y, add<T>(v128.load(y, 16), times<T>(a, v128.load(x, 16))), 16);
    v128.store(y, add<T>(v128.load(y, 32), times<T>(a, v128.load(x, 32))), 32);
    v128.store(y, add<T>(v128.load(y, 48), times<T>(a, v128.load(x, 48))), 48);
    x += 64;
    y += 64;
  }
  for (; n > 0; n -= 2 * lanes<T>()) {
    const y0 = add<T>(v128.load(y), times<T>(a, v128.load(x)));
    const y1 = add<T>(v128.load(y, 16), times<T>(a, v128.load(x, 16)));
    storeTwo<T>(y, y0, y1, n);
    x += 32;
    y += 32;
  }
}

/** out ← x ∘ y. */
export function multiply<T>(n: isize, x: usize, y: usize, out: usize): void {
  for (; n > 0; n -= 2 * lanes<T>()) {
    const p0 = times<T>(v128.load(x), v128.load(y));
    const p1 = times<T>(v128.load(x, 16), v128.load(y, 16));
    storeTwo<T>(out, p0, p1, n);
    x += 32;
    y += 32;
    out += 32;
  }
}

/** out ← out + alpha·x ∘ y. */
export function multiplyAdd<T>(n: isize, alpha: T, x: usize, y: usize, out: usize): void {
  const a = v128.splat<T>(alpha);
  for (; n > 0; n -= 2 * lanes<T>()) {
    const s0 = add<T>(v128.load(out), times<T>(times<T>(a, v128.load(x)), v128.load(y)));
    const s1 = add<T>(v128.load(out, 16), times<T>(times<T>(a, v128.load(x, 16)), v128.load(y, 16)));
    storeTwo<T>(out, s0, s1, n);
    x += 32;
    y += 32;
    out += 32;
  }
}
