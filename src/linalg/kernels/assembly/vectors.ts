import { get, put } from "./scalar";

/** Σ x_i y_i over float64 vectors. */
export function dot(n: isize, x: usize, y: usize): f64 {
  let even = v128.splat<f64>(0);
  let odd = even;
  let i: isize = 0;
  for (; i + 4 <= n; i += 4) {
    even = v128.add<f64>(even, v128.mul<f64>(v128.load(x), v128.load(y)));
    odd = v128.add<f64>(odd, v128.mul<f64>(v128.load(x, 16), v128.load(y, 16)));
    x += 32;
    y += 32;
  }
  even = v128.add<f64>(even, odd);
  let sum = v128.extract_lane<f64>(even, 0) + v128.extract_lane<f64>(even, 1);
  for (; i < n; i++) {
    sum += load<f64>(x) * load<f64>(y);
    x += 8;
    y += 8;
  }
  return sum;
}

/** y ← y + alpha·x + beta·w. */
export function addTwo(n: isize, alpha: f64, x: usize, beta: f64, w: usize, y: usize): void {
  const a = v128.splat<f64>(alpha);
  const b = v128.splat<f64>(beta);
  let i: isize = 0;
  for (; i + 2 <= n; i += 2) {
    const at = (<usize>i) << 3;
    const sum = v128.add<f64>(v128.mul<f64>(a, v128.load(x + at)), v128.mul<f64>(b, v128.load(w + at)));
    v128.store(y + at, v128.add<f64>(v128.load(y + at), sum));
  }
  if (i < n) put(y, i, get(y, i) + (alpha * get(x, i) + beta * get(w, i)));
}

/** y ← y + alpha·x. */
export function add(n: isize, alpha: f64, x: usize, y: usize): void {
  const a = v128.splat<f64>(alpha);
  let i: isize = 0;
  for (; i + 2 <= n; i += 2) {
    const at = (<usize>i) << 3;
    v128.store(y + at, v128.add<f64>(v128.load(y + at), v128.mul<f64>(a, v128.load(x + at))));
  }
  if (i < n) put(y, i, get(y, i) + alpha * get(x, i));
}

/** x ← alpha·x. */
export function scale<T>(n: usize, alpha: T, x: usize): void {
  const a = v128.splat<T>(alpha);
  const lanes: usize = 16 / sizeof<T>();
  let i: usize = 0;
  for (; i + lanes <= n; i += lanes) {
    v128.store(x, v128.mul<T>(a, v128.load(x)));
    x += 16;
  }
  for (; i < n; i++) {
    store<T>(x, alpha * load<T>(x));
    x += sizeof<T>();
  }
}

/** (x, y) ← (c·x + s·y, c·y − s·x). */
export function rotate(n: isize, x: usize, y: usize, c: f64, s: f64): void {
  const cc = v128.splat<f64>(c);
  const ss = v128.splat<f64>(s);
  let i: isize = 0;
  for (; i + 2 <= n; i += 2) {
    const at = (<usize>i) << 3;
    const p = v128.load(x + at);
    const q = v128.load(y + at);
    v128.store(x + at, v128.add<f64>(v128.mul<f64>(cc, p), v128.mul<f64>(ss, q)));
    v128.store(y + at, v128.sub<f64>(v128.mul<f64>(cc, q), v128.mul<f64>(ss, p)));
  }
  if (i < n) {
    const p = get(x, i);
    const q = get(y, i);
    put(x, i, c * p + s * q);
    put(y, i, c * q - s * p);
  }
}
