import { LOWER } from "./multiply";
import { product } from "./product";
import { bytes, get, put } from "./scalar";
import { symmetricTimesVector } from "./symmetricTimesVector";
import { add, addTwo, dot, scale } from "./vectors";

/** Rows reduced between two updates of the rest of the matrix. */
const BLOCK: isize = 32;

/** Bytes of workspace besides the product's: W, [V;W] and [W;V]. */
export function tridiagonalizeWorkspace(n: isize): usize {
  return bytes(5 * BLOCK * n);
}

/**
 * Householder reflector H = I − τ v vᵀ with v[last] = 1 that maps x (n ≥ 1 elements) to β·e_last. Overwrites x by v
 * and returns τ; β is stored at `beta`. LAPACK dlarfg; the matrix is scaled to entries of order one beforehand.
 */
function reflector(n: isize, x: usize, beta: usize): f64 {
  const alpha = get(x, n - 1);
  const rest = dot(n - 1, x, x);
  put(x, n - 1, 1);
  if (rest == 0) {
    store<f64>(beta, alpha);
    return 0;
  }
  const norm = Math.sqrt(alpha * alpha + rest);
  const image = alpha >= 0 ? -norm : norm;
  scale<f64>(n - 1, 1 / (alpha - image), x);
  store<f64>(beta, image);
  return (image - alpha) / image;
}

/**
 * Reduces symmetric A (n×n float64 by rows without gaps, lower triangle) to tridiagonal T = QᵀAQ, blocked as in
 * LAPACK dsytrd/dlatrd, from the last row upwards so that every reflector is a contiguous row: row i of A is
 * overwritten by v_i (elements 0 … i−1), Q = H_{n−1}⋯H_1. d gets T's diagonal, e its n−1 off-diagonal entries.
 */
export function tridiagonalize(
  n: isize, a: usize, d: usize, e: usize, tau: usize, workspace: usize, productSpace: usize,
): void {
  const stride = bytes(n);
  const w = workspace;
  const left = w + bytes(BLOCK * n);
  const right = left + bytes(2 * BLOCK * n);
  let end = n;
  while (end > 0) {
    const start = end > BLOCK ? end - BLOCK : 0;
    for (let i = end - 1; i >= start; i--) {
      reduceRow(i, end, a, stride, w, d, e, tau);
    }
    const count = end - start;
    if (start > 0) {
      for (let k: isize = 0; k < count; k++) {
        const v = a + (<usize>(end - 1 - k)) * stride;
        const wk = w + (<usize>k) * stride;
        memory.copy(left + bytes(k * start), v, bytes(start));
        memory.copy(left + bytes((count + k) * start), wk, bytes(start));
        memory.copy(right + bytes(k * start), wk, bytes(start));
        memory.copy(right + bytes((count + k) * start), v, bytes(start));
      }
      product(start, start, 2 * count, -1, left, 8, bytes(start), right, bytes(start), 8, a, stride, LOWER, productSpace);
    }
    end = start;
  }
}

/** Brings row i up to date with the reflectors of its block, makes its own reflector and w_i (A ← A − v wᵀ − w vᵀ). */
function reduceRow(
  i: isize, end: isize, a: usize, stride: usize, w: usize, d: usize, e: usize, tau: usize,
): void {
  const row = a + (<usize>i) * stride;
  for (let k = end - 1; k > i; k--) {
    const v = a + (<usize>k) * stride;
    const wk = w + (<usize>(end - 1 - k)) * stride;
    addTwo(i + 1, -get(v, i), wk, -get(wk, i), v, row);
  }
  put(d, i, get(row, i));
  if (i == 0) return;
  const t = reflector(i, row, e + bytes(i - 1));
  put(tau, i, t);
  const own = w + (<usize>(end - 1 - i)) * stride;
  if (t == 0) {
    memory.fill(own, 0, bytes(i));
    return;
  }
  symmetricTimesVector(i, a, stride, row, own);
  for (let k = end - 1; k > i; k--) {
    const v = a + (<usize>k) * stride;
    const wk = w + (<usize>(end - 1 - k)) * stride;
    addTwo(i, -dot(i, wk, row), v, -dot(i, v, row), wk, own);
  }
  scale<f64>(i, t, own);
  add(i, -0.5 * t * dot(i, own, row), row, own);
}
