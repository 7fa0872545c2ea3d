/** Arithmetic on the lanes of one vector, float32 or float64 by T. */

// @ts-ignore: decorator
@inline
export function lanes<T>(): isize {
  return 16 / sizeof<T>();
}
// @ts-ignore: decorator
@inline
export function all<T>(x: f64): v128 {
  return v128.splat<T>(<T>x);
}
// @ts-ignore: decorator
@inline
export function add<T>(a: v128, b: v128): v128 {
  return v128.add<T>(a, b);
}
// @ts-ignore: decorator
@inline
export function subtract<T>(a: v128, b: v128): v128 {
  return v128.sub<T>(a, b);
}
// @ts-ignore: decorator
@inline
export function times<T>(a: v128, b: v128): v128 {
  return v128.mul<T>(a, b);
}
// @ts-ignore: decorator
@inline
export function over<T>(a: v128, b: v128): v128 {
  return v128.div<T>(a, b);
}

/** a·x + c: one step of Horner's rule. */
// @ts-ignore: decorator
@inline
export function step<T>(a: v128, x: v128, c: f64): v128 {
  return v128.add<T>(v128.mul<T>(a, x), all<T>(c));
}

/** max(a, bound), but NaN where a is: one instruction, unlike v128.max. */
// @ts-ignore: decorator
@inline
export function atLeast<T>(a: v128, bound: f64): v128 {
  return v128.pmax<T>(a, all<T>(bound));
}
/** min(a, bound), but NaN where a is. */
// @ts-ignore: decorator
@inline
export function atMost<T>(a: v128, bound: f64): v128 {
  return v128.pmin<T>(a, all<T>(bound));
}

/** Where z > 0: a; elsewhere, and for NaN: b. */
// @ts-ignore: decorator
@inline
export function wherePositive<T>(z: v128, a: v128, b: v128): v128 {
  return v128.bitselect(a, b, v128.gt<T>(z, all<T>(0)));
}

/** −|a|. */
// @ts-ignore: decorator
@inline
export function minusAbsolute<T>(a: v128): v128 {
  return v128.or(a, all<T>(-0.0));
}
/** |a| with the sign of z. */
// @ts-ignore: decorator
@inline
export function withSignOf<T>(z: v128, a: v128): v128 {
  return v128.bitselect(z, a, all<T>(-0.0));
}
/** sign(z)·a. */
// @ts-ignore: decorator
@inline
export function timesSignOf<T>(z: v128, a: v128): v128 {
  return v128.xor(a, v128.and(z, all<T>(-0.0)));
}

/** Stores the lanes of two vectors, or the first `count` > 0 of them. */
// @ts-ignore: decorator
@inline
export function storeTwo<T>(at: usize, x: v128, y: v128, count: isize): void {
  if (count >= 2 * lanes<T>()) {
    v128.store(at, x);
    v128.store(at, y, 16);
  } else if (count >= lanes<T>()) {
    v128.store(at, x);
    if (count > lanes<T>()) storePart<T>(at + 16, y, count - lanes<T>());
  } else {
    storePart<T>(at, x, count);
  }
}

/** Stores the first `count` lanes: at least one, not all. */
// @ts-ignore: decorator
@inline
export function storePart<T>(at: usize, x: v128, count: isize): void {
  if (sizeof<T>() == 8) {
    v128.store64_lane(at, x, 0);
  } else if (count == 1) {
    v128.store32_lane(at, x, 0);
  } else {
    v128.store64_lane(at, x, 0);
    if (count == 3) v128.store32_lane(at, x, 2, 8);
  }
}
