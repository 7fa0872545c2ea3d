/**
 * Products of one vector with a few rows of a matrix, and its descent along them. Vectors are float64, filled up with zeros
 * to a multiple of four elements: `bytes` is one of 32, and not 0. Loops end with their condition: V8 moves what does not
 * change, like a number in both lanes, out of those alone that are left at their end.
 */

// @ts-ignore: decorator
@inline
function lanesSum(sum: v128): f64 {
  return v128.extract_lane<f64>(sum, 0) + v128.extract_lane<f64>(sum, 1);
}

/** u and v times the four elements at x, added two and two. */
// @ts-ignore: decorator
@inline
function pair(u: v128, v: v128, x: usize): v128 {
  return v128.add<f64>(v128.mul<f64>(u, v128.load(x)), v128.mul<f64>(v, v128.load(x, 16)));
}

/** sum + w ∘ x of two elements. */
// @ts-ignore: decorator
@inline
function term(sum: v128, w: v128, x: v128): v128 {
  return v128.add<f64>(sum, v128.mul<f64>(w, x));
}

/**
 * products[k] = Σ x_j w_j of four rows x, whose addresses stand at `rows`. Four sums that take two elements' products at a time:
 * with twice as many sums V8 runs out of registers.
 */
function fourProducts(bytes: usize, rows: usize, w: usize, products: usize): void {
  const x0 = load<usize>(rows);
  const x1 = load<usize>(rows, 4);
  const x2 = load<usize>(rows, 8);
  const x3 = load<usize>(rows, 12);
  let s0 = v128.splat<f64>(0);
  let s1 = s0;
  let s2 = s0;
  let s3 = s0;
  let j: usize = 0;
  do {
    const u = v128.load(w + j);
    const v = v128.load(w + j, 16);
    s0 = v128.add<f64>(s0, pair(u, v, x0 + j));
    s1 = v128.add<f64>(s1, pair(u, v, x1 + j));
    s2 = v128.add<f64>(s2, pair(u, v, x2 + j));
    s3 = v128.add<f64>(s3, pair(u, v, x3 + j));
    j += 32;
  } while (j < bytes);
  store<f64>(products, lanesSum(s0));
  store<f64>(products, lanesSum(s1), 8);
  store<f64>(products, lanesSum(s2), 16);
  store<f64>(products, lanesSum(s3), 24);
}

function oneProduct(bytes: usize, x: usize, w: usize): f64 {
  let even = v128.splat<f64>(0);
  let odd = even;
  let j: usize = 0;
  for (; j + 64 <= bytes; j += 64) {
    even = v128.add<f64>(even, pair(v128.load(w + j), v128.load(w + j, 16), x + j));
    odd = v128.add<f64>(odd, pair(v128.load(w + j, 32), v128.load(w + j, 48), x + j + 32));
  }
  if (j < bytes) even = v128.add<f64>(even, pair(v128.load(w + j), v128.load(w + j, 16), x + j));
  return lanesSum(v128.add<f64>(even, odd));
}

/** w ← w − scale·Σ_k products[k]·x_k over four rows. */
function fourDescents(bytes: usize, rows: usize, scale: f64, products: usize, w: usize): void {
  const x0 = load<usize>(rows);
  const x1 = load<usize>(rows, 4);
  const x2 = load<usize>(rows, 8);
  const x3 = load<usize>(rows, 12);
  const p0 = v128.splat<f64>(scale * load<f64>(products));
  const p1 = v128.splat<f64>(scale * load<f64>(products, 8));
  const p2 = v128.splat<f64>(scale * load<f64>(products, 16));
  const p3 = v128.splat<f64>(scale * load<f64>(products, 24));
  let j: usize = 0;
  do {
    const at = w + j;
    let a = v128.mul<f64>(p0, v128.load(x0 + j));
    let b = v128.mul<f64>(p0, v128.load(x0 + j, 16));
    a = term(a, p1, v128.load(x1 + j));
    b = term(b, p1, v128.load(x1 + j, 16));
    a = term(a, p2, v128.load(x2 + j));
    b = term(b, p2, v128.load(x2 + j, 16));
    a = term(a, p3, v128.load(x3 + j));
    b = term(b, p3, v128.load(x3 + j, 16));
    v128.store(at, v128.sub<f64>(v128.load(at), a));
    v128.store(at, v128.sub<f64>(v128.load(at, 16), b), 16);
    j += 32;
  } while (j < bytes);
}

function oneDescent(bytes: usize, x: usize, product: f64, w: usize): void {
  const p = v128.splat<f64>(product);
  let j: usize = 0;
  do {
    v128.store(w + j, v128.sub<f64>(v128.load(w + j), v128.mul<f64>(p, v128.load(x + j))));
    j += 16;
  } while (j < bytes);
}

/**
 * w ← w − scale·Σ x_k(x_kᵀw) over `count` rows, whose addresses stand at `rows`: all products come before the first descent.
 * `products` has room for `count` float64.
 */
export function descendAlong(
  count: u32, bytes: usize, rows: usize, scale: f64, products: usize, w: usize,
): void {
  const grouped = count & ~3;
  for (let k: u32 = 0; k < grouped; k += 4) {
    fourProducts(bytes, rows + ((<usize>k) << 2), w, products + ((<usize>k) << 3));
  }
  for (let k = grouped; k < count; k++) {
    store<f64>(products + ((<usize>k) << 3), oneProduct(bytes, load<usize>(rows + ((<usize>k) << 2)), w));
  }
  for (let k: u32 = 0; k < grouped; k += 4) {
    fourDescents(bytes, rows + ((<usize>k) << 2), scale, products + ((<usize>k) << 3), w);
  }
  for (let k = grouped; k < count; k++) {
    const product = scale * load<f64>(products + ((<usize>k) << 3));
    oneDescent(bytes, load<usize>(rows + ((<usize>k) << 2)), product, w);
  }
}
