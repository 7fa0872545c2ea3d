import { bytes, get, put } from "./scalar";
import { rotate } from "./vectors";

const EPSILON: f64 = 2.220446049250313e-16;
/** Entries this small beside a matrix of norm ≥ 1 are dropped, so that no product of two of them underflows. */
const NEGLIGIBLE: f64 = 1e-40;
const MAX_SWEEPS: i32 = 60;

// @ts-ignore: decorator
@inline
function decoupled(d: usize, e: usize, i: isize): bool {
  const size = Math.abs(get(e, i));
  return size <= NEGLIGIBLE || size <= EPSILON * (Math.abs(get(d, i)) + Math.abs(get(d, i + 1)));
}

/**
 * Eigenvalues of the tridiagonal (d, e) of order n by implicit QL with Wilkinson's shift (Golub & Van Loan §8.3),
 * ascending into d; e (n−1 entries) is destroyed. With zt ≠ 0 its rows, `length` elements long and `stride` bytes apart,
 * are rotated and sorted along. Returns false when an eigenvalue does not converge.
 */
export function implicitQL(n: isize, d: usize, e: usize, zt: usize, length: isize, stride: usize): bool {
  for (let l: isize = 0; l < n; l++) {
    for (let sweep = 0; ; sweep++) {
      let m = l;
      while (m < n - 1 && !decoupled(d, e, m)) m++;
      if (m == l) break;
      if (sweep == MAX_SWEEPS) return false;
      sweepFrom(l, m, d, e, zt, length, stride);
    }
  }
  sort(n, d, zt, length, stride);
  return true;
}

function sweepFrom(l: isize, m: isize, d: usize, e: usize, zt: usize, length: isize, stride: usize): void {
  let g = (get(d, l + 1) - get(d, l)) / (2 * get(e, l));
  let r = Math.sqrt(g * g + 1);
  g = get(d, m) - get(d, l) + get(e, l) / (g + (g >= 0 ? r : -r));
  let s = 1.0;
  let c = 1.0;
  let p = 0.0;
  for (let i = m - 1; i >= l; i--) {
    let f = s * get(e, i);
    const b = c * get(e, i);
    r = Math.sqrt(f * f + g * g);
    if (i + 1 < m) put(e, i + 1, r);
    if (r == 0) {
      put(d, i + 1, get(d, i + 1) - p);
      return;
    }
    s = f / r;
    c = g / r;
    g = get(d, i + 1) - p;
    r = (get(d, i) - g) * s + 2 * c * b;
    p = s * r;
    put(d, i + 1, g + p);
    g = c * r - b;
    if (zt) rotate(length, zt + (<usize>(i + 1)) * stride, zt + (<usize>i) * stride, c, s);
  }
  put(d, l, get(d, l) - p);
  put(e, l, g);
}

/** Insertion sort for the vectors' blocks, heap sort when there are none to move. */
function sort(n: isize, d: usize, zt: usize, length: isize, stride: usize): void {
  if (!zt) return heapSort(n, d);
  for (let i: isize = 0; i < n - 1; i++) {
    let least = i;
    for (let j = i + 1; j < n; j++) if (get(d, j) < get(d, least)) least = j;
    if (least == i) continue;
    const value = get(d, i);
    put(d, i, get(d, least));
    put(d, least, value);
    rotate(length, zt + (<usize>i) * stride, zt + (<usize>least) * stride, 0, 1);
  }
}
function heapSort(n: isize, d: usize): void {
  for (let start = n / 2 - 1; start >= 0; start--) siftDown(start, n, d);
  for (let end = n - 1; end > 0; end--) {
    const largest = get(d, 0);
    put(d, 0, get(d, end));
    put(d, end, largest);
    siftDown(0, end, d);
  }
}
function siftDown(root: isize, end: isize, d: usize): void {
  const value = get(d, root);
  for (let child: isize = 2 * root + 1; child < end; child = 2 * root + 1) {
    if (child + 1 < end && get(d, child + 1) > get(d, child)) child++;
    if (get(d, child) <= value) break;
    put(d, root, get(d, child));
    root = child;
  }
  put(d, root, value);
}
