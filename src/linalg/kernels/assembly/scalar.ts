/** Element i of the float64 vector at p. */
// @ts-ignore: decorator
@inline
export function get(p: usize, i: isize): f64 {
  return load<f64>(p + ((<usize>i) << 3));
}

// @ts-ignore: decorator
@inline
export function put(p: usize, i: isize, value: f64): void {
  store<f64>(p + ((<usize>i) << 3), value);
}

// @ts-ignore: decorator
@inline
export function smaller<T>(a: T, b: T): T {
  return a < b ? a : b;
}

/** Bytes of `count` float64. */
// @ts-ignore: decorator
@inline
export function bytes(count: isize): usize {
  return (<usize>count) << 3;
}
