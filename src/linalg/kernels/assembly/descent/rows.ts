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

// @ts-ignore: decorator
@inline
function term(sum: v128, w: v128, x: usize, offset: usize): v128 {
  return v128.add<f64>(sum, v128.mul<f64>(w, v128.load(x + offset)));
}

/** products[k] = Σ x_j w_j of four rows x, whose addresses stand at `rows`. */
function fourProducts(bytes: usize, rows: usize, w: usize, products: usize): void {
  const x0 = load<usize>(rows);
  const x1 = load<usize>(rows, 4);
  const x2 = load<usize>(rows, 8);
  const x3 = load<usize>(rows, 12);
  let a0 = v128.splat<f64>(0);
  let a1 = a0;
  let a2 = a0;
  let a3 = a0;
  let b0 = a0;
  let b1 = a0;
  let b2 = a0;
  let b3 = a0;
  for (let j: usize = 0; j < bytes; j += 32) {
    const u = v128.load(w + j);
    a0 = term(a0, u, x0, j);
    a1 = term(a1, u, x1, j);
    a2 = term(a2, u, x2, j);
    a3 = term(a3, u, x3, j);
    const v = v128.load(w + j, 16);
    b0 = term(b0, v, x0 + 16, j);
    b1 = term(b1, v, x1 + 16, j);
    b2 = term(b2, v, x2 + 16, j);
    b3 = term(b3, v, x3 + 16, j);
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
    a = term(a, v128.load(w + j), x, j);
    b = term(b, v128.load(w + j, 16), x + 16, j);
  }
  return lanesSum(a, b);
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
  for (let j: usize = 0; j < bytes; j += 16) {
    let sum = v128.mul<f64>(p0, v128.load(x0 + j));
    sum = term(sum, p1, x1, j);
    sum = term(sum, p2, x2, j);
    sum = term(sum, p3, x3, j);
    v128.store(w + j, v128.sub<f64>(v128.load(w + j), sum));
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
