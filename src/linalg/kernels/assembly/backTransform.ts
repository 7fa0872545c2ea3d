import { FULL } from "./multiply";
import { product } from "./product";
import { bytes, get, put } from "./scalar";
import { dot } from "./vectors";

/** Reflectors applied together. */
const BLOCK: isize = 64;

/** Bytes of workspace besides the product's: V, T, T·V and Z·Vᵀ. */
export function backTransformWorkspace(n: isize): usize {
  return bytes(BLOCK * (3 * n + BLOCK));
}

/**
 * Zᵀ ← Zᵀ·H_1⋯H_{n−1}: turns eigenvectors of T (rows of Zᵀ, n×n by rows) into those of A = QTQᵀ, with the reflectors
 * that `tridiagonalize` left in the rows of A. Compact WY blocks, H_i⋯H_j = I − VᵀTV (LAPACK dlarft, forward).
 */
export function backTransform(
  n: isize, a: usize, tau: usize, zt: usize, workspace: usize, productSpace: usize,
): void {
  const stride = bytes(n);
  const v = workspace;
  const t = v + bytes(BLOCK * n);
  const tv = t + bytes(BLOCK * BLOCK);
  const y = tv + bytes(BLOCK * n);
  for (let start: isize = 1; start < n; start += BLOCK) {
    const end = start + BLOCK < n ? start + BLOCK : n;
    const count = end - start;
    const length = end - 1;
    const gap = bytes(length);
    for (let k: isize = 0; k < count; k++) {
      const target = v + (<usize>k) * gap;
      memory.copy(target, a + (<usize>(start + k)) * stride, bytes(start + k));
      memory.fill(target + bytes(start + k), 0, bytes(length - start - k));
    }
    triangularFactor(count, length, v, tau + bytes(start), t);
    memory.fill(tv, 0, bytes(count * length));
    product(count, length, count, 1, t, bytes(count), 8, v, gap, 8, tv, gap, FULL, productSpace);
    memory.fill(y, 0, bytes(n * count));
    product(n, count, length, 1, zt, stride, 8, v, 8, gap, y, bytes(count), FULL, productSpace);
    product(n, length, count, -1, y, bytes(count), 8, tv, gap, 8, zt, stride, FULL, productSpace);
  }
}

/** Upper triangular T (count×count by rows) of the compact WY form. */
function triangularFactor(count: isize, length: isize, v: usize, tau: usize, t: usize): void {
  memory.fill(t, 0, bytes(count * count));
  const gap = bytes(length);
  for (let j: isize = 0; j < count; j++) {
    const tj = get(tau, j);
    // Column j above the diagonal: −τ_j T_{0…j,0…j} (V v_j); the inner products go into row j's place first.
    for (let i: isize = 0; i < j; i++) {
      put(t, j * count + i, dot(length, v + (<usize>i) * gap, v + (<usize>j) * gap));
    }
    for (let i: isize = 0; i < j; i++) {
      let sum = 0.0;
      for (let k = i; k < j; k++) sum += get(t, i * count + k) * get(t, j * count + k);
      put(t, i * count + j, -tj * sum);
    }
    for (let i: isize = 0; i < j; i++) put(t, j * count + i, 0);
    put(t, j * count + j, tj);
  }
}
