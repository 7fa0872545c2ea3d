/**
 * Products of one vector with a few rows of a matrix, and its descent along them. Vectors are float64, filled up with zeros
 * to a multiple of four elements: `bytes` is one of 32.
 */

// @ts-ignore: decorator
@inline
function lanesSum(a: v128, b: v128): f64 {
  const sum = v128.add<f64>(a, b);
  return v128.extract_lane<f64>(sum, 0) + v128.extract_lane<f64>(sum, 1);
}

/** sum + w ∘ x of two elements. */
// @ts-ignore: decorator
@inline
function term(sum: v128, w: v128, x: v128): v128 {
  return v128.add<f64>(sum, v128.mul<f64>(w, x));
}

/** products[k] = Σ x_j w_j of four rows x, whose addresses stand at `rows`. */
function fourProducts(bytes: usize, rows: usize, w: usize, products: usize): void {
  let x0 = load<usize>(rows);
  let x1 = load<usize>(rows, 4);
  let x2 = load<usize>(rows, 8);
  let x3 = load<usize>(rows, 12);
  let a0 = v128.splat<f64>(0);
  let a1 = a0;
  let a2 = a0;
  let a3 = a0;
  let b0 = a0;
  let b1 = a0;
  let b2 = a0;
  let b3 = a0;
  const end = w + bytes;
  while (w < end) {
    const u = v128.load(w);
    a0 = term(a0, u, v128.load(x0));
    a1 = term(a1, u, v128.load(x1));
    a2 = term(a2, u, v128.load(x2));
    a3 = term(a3, u, v128.load(x3));
    const v = v128.load(w, 16);
    b0 = term(b0, v, v128.load(x0, 16));
    b1 = term(b1, v, v128.load(x1, 16));
    b2 = term(b2, v, v128.load(x2, 16));
    b3 = term(b3, v, v128.load(x3, 16));
    w += 32;
    x0 += 32;
    x1 += 32;
    x2 += 32;
    x3 += 32;
  }
  store<f64>(products, lanesSum(a0, b0));
  store<f64>(products, lanesSum(a1, b1), 8);
  store<f64>(products, lanesSum(a2, b2), 16);
  store<f64>(products, lanesSum(a3, b3), 24);
}

function oneProduct(bytes: usize, x: usize, w: usize): f64 {
  let a = v128.splat<f64>(0);
  let b = a;
  for (let j: usize = 0; j < bytes; j += 32) {
    a = term(a, v128.load(w + j), v128.load(x + j));
    b = term(b, v128.load(w + j, 16), v128.load(x + j, 16));
  }
  return lanesSum(a, b);
}

/** w ← w − scale·Σ_k products[k]·x_k over four rows. */
function fourDescents(bytes: usize, rows: usize, scale: f64, products: usize, w: usize): void {
  let x0 = load<usize>(rows);
  let x1 = load<usize>(rows, 4);
  let x2 = load<usize>(rows, 8);
  let x3 = load<usize>(rows, 12);
  const p0 = v128.splat<f64>(scale * load<f64>(products));
  const p1 = v128.splat<f64>(scale * load<f64>(products, 8));
  const p2 = v128.splat<f64>(scale * load<f64>(products, 16));
  const p3 = v128.splat<f64>(scale * load<f64>(products, 24));
  const end = w + bytes;
  while (w < end) {
    let a = v128.mul<f64>(p0, v128.load(x0));
    let b = v128.mul<f64>(p0, v128.load(x0, 16));
    a = term(a, p1, v128.load(x1));
    b = term(b, p1, v128.load(x1, 16));
    a = term(a, p2, v128.load(x2));
    b = term(b, p2, v128.load(x2, 16));
    a = term(a, p3, v128.load(x3));
    b = term(b, p3, v128.load(x3, 16));
    v128.store(w, v128.sub<f64>(v128.load(w), a));
    v128.store(w, v128.sub<f64>(v128.load(w, 16), b), 16);
    w += 32;
    x0 += 32;
    x1 += 32;
    x2 += 32;
    x3 += 32;
  }
}

function oneDescent(bytes: usize, x: usize, product: f64, w: usize): void {
  const p = v128.splat<f64>(product);
  for (let j: usize = 0; j < bytes; j += 16) {
    v128.store(w + j, v128.sub<f64>(v128.load(w + j), v128.mul<f64>(p, v128.load(x + j))));
  }
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
