import { backTransform, backTransformWorkspace } from "./backTransform";
import { divideAndConquer } from "./divideAndConquer";
import { implicitQL } from "./implicitQL";
import { mergeWorkspace, prepareMerge } from "./merge";
import { productWorkspace } from "./product";
import { bytes, put } from "./scalar";
import { dot, scale } from "./vectors";
import { tridiagonalize, tridiagonalizeWorkspace } from "./tridiagonalize";

// @ts-ignore: decorator
@inline
function larger(a: usize, b: usize): usize {
  return a > b ? a : b;
}

/** Bytes of workspace that `symmetricEigen` needs for order n. */
export function symmetricEigenWorkspace(n: isize): usize {
  const stages = larger(tridiagonalizeWorkspace(n), larger(mergeWorkspace(n), backTransformWorkspace(n)));
  return bytes(2 * n) + productWorkspace(n, n) + stages;
}

/** Bytes of workspace that `symmetricEigenvalues` needs for order n. */
export function symmetricEigenvaluesWorkspace(n: isize): usize {
  return bytes(2 * n) + productWorkspace(n, n) + tridiagonalizeWorkspace(n);
}

/**
 * Eigenvalues, ascending into d, and eigenvectors, as rows of zt (zeros on entry), of symmetric A: n×n float64 by rows
 * without gaps, lower triangle, scaled to a largest entry of order one, destroyed. d_0 is NaN without convergence.
 */
export function symmetricEigen(n: isize, a: usize, d: usize, zt: usize, workspace: usize): void {
  const e = workspace;
  const tau = e + bytes(n);
  const space = tau + bytes(n);
  const stage = space + productWorkspace(n, n);
  tridiagonalize(n, a, d, e, tau, stage, space);
  prepareMerge(n, stage, space);
  if (!divideAndConquer(n, d, e, zt, bytes(n))) {
    put(d, 0, NaN);
    return;
  }
  backTransform(n, a, tau, zt, stage, space);
  normalizeRows(n, zt);
}

/** Eigenvalues alone, ascending into d; otherwise as `symmetricEigen`. */
export function symmetricEigenvalues(n: isize, a: usize, d: usize, workspace: usize): void {
  const e = workspace;
  const tau = e + bytes(n);
  const space = tau + bytes(n);
  tridiagonalize(n, a, d, e, tau, space + productWorkspace(n, n), space);
  if (!implicitQL(n, d, e, 0, 0, 0)) put(d, 0, NaN);
}

/** Takes back what rounding in the rotations and reflections did to the lengths: for small n most of the error in VᵀV − I. */
function normalizeRows(n: isize, zt: usize): void {
  for (let k: isize = 0; k < n; k++) {
    const row = zt + bytes(k * n);
    scale<f64>(n, 1 / Math.sqrt(dot(n, row, row)), row);
  }
}
