/**
 * Activations along arrays. F has no fields: its methods are called on null, resolved and inlined when compiled. The last
 * elements are computed as a whole vector too, so an element's bits depend on nothing else; that second use of F is
 * also what makes V8 build its constants before the loop, and not, three instructions each, for every vector.
 */
import { add, lanes, storePart, times } from "./lanes";

/** out ← σ(x). */
export function values<T, F>(slope: T, n: isize, x: usize, out: usize): void {
  const slopes = v128.splat<T>(slope);
  for (; n >= lanes<T>(); n -= lanes<T>()) {
    v128.store(out, changetype<F>(0).value<T>(v128.load(x), slopes));
    x += 16;
    out += 16;
  }
  // Up to 12 bytes beyond the end are read, never written.
  if (n > 0) storePart<T>(out, changetype<F>(0).value<T>(v128.load(x), slopes), n);
}

/** out ← σ(x) and slopes ← σ'(x): what both are made of, such as an exponential, V8 computes once. */
export function valuesAndSlopes<T, F>(slope: T, n: isize, x: usize, out: usize, slopes: usize): void {
  const belowZero = v128.splat<T>(slope);
  for (; n >= lanes<T>(); n -= lanes<T>()) {
    const z = v128.load(x);
    v128.store(out, changetype<F>(0).value<T>(z, belowZero));
    v128.store(slopes, changetype<F>(0).derivative<T>(z, belowZero));
    x += 16;
    out += 16;
    slopes += 16;
  }
  if (n > 0) {
    const z = v128.load(x);
    storePart<T>(out, changetype<F>(0).value<T>(z, belowZero), n);
    storePart<T>(slopes, changetype<F>(0).derivative<T>(z, belowZero), n);
  }
}

/** out ← σ'(x) ∘ t. */
export function derivatives<T, F>(slope: T, n: isize, x: usize, t: usize, out: usize): void {
  const slopes = v128.splat<T>(slope);
  for (; n >= lanes<T>(); n -= lanes<T>()) {
    v128.store(out, times<T>(changetype<F>(0).derivative<T>(v128.load(x), slopes), v128.load(t)));
    x += 16;
    t += 16;
    out += 16;
  }
  if (n > 0) {
    storePart<T>(out, times<T>(changetype<F>(0).derivative<T>(v128.load(x), slopes), v128.load(t)), n);
  }
}

/** σ''(x) ∘ a ∘ b for one vector, added to that at out. */
// @ts-ignore: decorator
@inline
function secondOf<T, F>(slopes: v128, x: usize, a: usize, b: usize, out: usize): v128 {
  const product = times<T>(changetype<F>(0).second<T>(v128.load(x), slopes), v128.load(a));
  return add<T>(v128.load(out), times<T>(product, v128.load(b)));
}

/** out ← out + σ''(x) ∘ a ∘ b. */
export function secondDerivatives<T, F>(slope: T, n: isize, x: usize, a: usize, b: usize, out: usize): void {
  const slopes = v128.splat<T>(slope);
  for (; n >= lanes<T>(); n -= lanes<T>()) {
    v128.store(out, secondOf<T, F>(slopes, x, a, b, out));
    x += 16;
    a += 16;
    b += 16;
    out += 16;
  }
  if (n > 0) storePart<T>(out, secondOf<T, F>(slopes, x, a, b, out), n);
}
