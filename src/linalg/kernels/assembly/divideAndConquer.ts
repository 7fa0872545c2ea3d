import { implicitQL } from "./implicitQL";
import { merge } from "./merge";
import { bytes, get, put } from "./scalar";

/** Up to this order implicit QL is at least as fast. */
const SMALL: isize = 32;

/**
 * Eigensystem of the tridiagonal (d, e) of order n (Cuppen; LAPACK dstedc): d becomes ascending, rows of zt (n elements,
 * `stride` bytes apart, zeros on entry) the eigenvectors; e is destroyed. `prepareMerge` comes first. False without convergence.
 */
export function divideAndConquer(n: isize, d: usize, e: usize, zt: usize, stride: usize): bool {
  if (n <= SMALL) {
    for (let i: isize = 0; i < n; i++) put(zt + (<usize>i) * stride, i, 1);
    return implicitQL(n, d, e, zt, n, stride);
  }
  const m = n / 2;
  const coupling = get(e, m - 1);
  const rho = Math.abs(coupling);
  put(d, m - 1, get(d, m - 1) - rho);
  put(d, m, get(d, m) - rho);
  if (!divideAndConquer(m, d, e, zt, stride)) return false;
  const lower = zt + (<usize>m) * stride + bytes(m);
  if (!divideAndConquer(n - m, d + bytes(m), e + bytes(m), lower, stride)) return false;
  merge(n, m, rho, coupling < 0 ? -1 : 1, d, zt, stride);
  return true;
}
