import { FULL } from "./multiply";
import { product } from "./product";
import { bytes, get, put } from "./scalar";
import { loewnerVector, secularRoot } from "./secular";
import { dot, rotate, scale } from "./vectors";

const EPSILON: f64 = 2.220446049250313e-16;

/** Where the nonzero elements of a row of Zᵀ are. */
const TOP: u8 = 0;
const BOTH: u8 = 1;
const BOTTOM: u8 = 2;

// Workspace of one merge of size n ≤ order; set by layOut.
let order: isize = 0;
let z: usize = 0;
let poles: usize = 0;
let weights: usize = 0;
let values: usize = 0;
let spare: usize = 0;
let rank: usize = 0;
let kept: usize = 0;
let place: usize = 0;
let kind: usize = 0;
let gathered: usize = 0;
let secular: usize = 0;
let productSpace: usize = 0;

/** Bytes of workspace besides the product's for merges of at most n. */
export function mergeWorkspace(n: isize): usize {
  return bytes(9 * n + 2 * n * n);
}

/** Lays the workspace of all merges out. */
export function prepareMerge(n: isize, workspace: usize, space: usize): void {
  order = n;
  z = workspace;
  poles = z + bytes(n);
  weights = poles + bytes(n);
  values = weights + bytes(n);
  spare = values + bytes(n);
  rank = spare + bytes(n);
  kept = rank + bytes(n);
  place = kept + bytes(n);
  kind = place + bytes(n);
  gathered = kind + bytes(n);
  secular = gathered + bytes(n * n);
  productSpace = space;
}

// @ts-ignore: decorator
@inline
function index(list: usize, i: isize): isize {
  return load<i32>(list + ((<usize>i) << 2));
}
// @ts-ignore: decorator
@inline
function setIndex(list: usize, i: isize, value: isize): void {
  store<i32>(list + ((<usize>i) << 2), value);
}

/** rank ← the order that makes d ascending, given that d[0…m) and d[m…n) are. */
function mergeOrder(n: isize, m: isize, d: usize): void {
  let i: isize = 0;
  let j = m;
  for (let k: isize = 0; k < n; k++) {
    if (j >= n || (i < m && get(d, i) <= get(d, j))) setIndex(rank, k, i++);
    else setIndex(rank, k, j++);
  }
}

/**
 * Deflation (Dongarra & Sorensen; LAPACK dlaed2): an eigenpair of a half whose share of z is negligible stays as it is, and
 * of two that nearly coincide one is rotated free. `kept` lists the others, poles ascending; returns their number.
 * The deflated ones are listed behind them.
 */
function deflate(n: isize, rho: f64, d: usize, zt: usize, stride: usize): isize {
  let largest = 0.0;
  for (let i: isize = 0; i < n; i++) largest = Math.max(largest, Math.max(Math.abs(get(d, i)), Math.abs(get(z, i))));
  const tolerance = 8 * EPSILON * largest;
  let count: isize = 0;
  let back = n;
  let previous: isize = -1;
  for (let position: isize = 0; position < n; position++) {
    const j = index(rank, position);
    if (rho * Math.abs(get(z, j)) <= tolerance) {
      setIndex(kept, --back, j);
      continue;
    }
    if (previous >= 0) {
      const length = Math.sqrt(get(z, j) * get(z, j) + get(z, previous) * get(z, previous));
      const c = get(z, j) / length;
      const s = -get(z, previous) / length;
      const difference = get(d, j) - get(d, previous);
      if (Math.abs(difference * c * s) <= tolerance) {
        put(z, j, length);
        put(z, previous, 0);
        if (load<u8>(kind + previous) != load<u8>(kind + j)) store<u8>(kind + j, BOTH);
        store<u8>(kind + previous, BOTH);
        rotate(n, zt + (<usize>previous) * stride, zt + (<usize>j) * stride, c, s);
        const low = get(d, previous);
        const high = get(d, j);
        put(d, previous, low * c * c + high * s * s);
        put(d, j, low * s * s + high * c * c);
        setIndex(kept, --back, previous);
      } else {
        setIndex(kept, count++, previous);
      }
    }
    previous = j;
  }
  if (previous >= 0) setIndex(kept, count++, previous);
  return count;
}

/**
 * Eigensystem of diag(T₁,T₂) + rho·vvᵀ from those of its halves (Cuppen's divide and conquer). d: n values, each half
 * ascending; zt: n rows of n elements, row i the eigenvector of d_i, rows < m zero right of column m, the others left of it;
 * v has `sign` at m and 1 at m−1. Leaves d ascending and zt to match.
 */
export function merge(n: isize, m: isize, rho: f64, sign: f64, d: usize, zt: usize, stride: usize): void {
  for (let i: isize = 0; i < n; i++) {
    const row = zt + (<usize>i) * stride;
    const top = i < m;
    put(z, i, (top ? get(row, m - 1) : sign * get(row, m)) * Math.SQRT1_2);
    store<u8>(kind + i, top ? TOP : BOTTOM);
  }
  rho *= 2;
  mergeOrder(n, m, d);
  const count = deflate(n, rho, d, zt, stride);
  if (count > 0) solveSecular(count, rho, d);
  // Rows of the kept pairs, grouped by where they are nonzero: their left parts, then their right parts, without gaps.
  let tops: isize = 0;
  let boths: isize = 0;
  for (let j: isize = 0; j < count; j++) {
    const type = load<u8>(kind + index(kept, j));
    if (type == TOP) tops++;
    else if (type == BOTH) boths++;
  }
  let nextTop: isize = 0;
  let nextBoth = tops;
  let nextBottom = tops + boths;
  const right = gathered + bytes((tops + boths) * m);
  for (let j: isize = 0; j < count; j++) {
    const source = index(kept, j);
    const type = load<u8>(kind + source);
    const position = type == TOP ? nextTop++ : type == BOTH ? nextBoth++ : nextBottom++;
    setIndex(place, j, position);
    const row = zt + (<usize>source) * stride;
    if (type != BOTTOM) memory.copy(gathered + bytes(position * m), row, bytes(m));
    if (type != TOP) memory.copy(right + bytes((position - tops) * (n - m)), row + bytes(m), bytes(n - m));
  }
  const deflated = right + bytes((count - tops) * (n - m));
  for (let j = count; j < n; j++) {
    const source = index(kept, j);
    memory.copy(deflated + bytes((j - count) * n), zt + (<usize>source) * stride, bytes(n));
    put(values, j, get(d, source));
  }
  secularVectors(count);
  // New rows: the kept ones as combinations, then the deflated ones, then all of them in ascending order.
  for (let i: isize = 0; i < count; i++) memory.fill(zt + (<usize>i) * stride, 0, bytes(n));
  const gap = bytes(count);
  product(count, m, tops + boths, 1, secular, gap, 8, gathered, bytes(m), 8, zt, stride, FULL, productSpace);
  product(
    count, n - m, count - tops, 1, secular + bytes(tops), gap, 8, right, bytes(n - m), 8,
    zt + bytes(m), stride, FULL, productSpace,
  );
  for (let j = count; j < n; j++) {
    memory.copy(zt + (<usize>j) * stride, deflated + bytes((j - count) * n), bytes(n));
  }
  arrange(n, count, d, zt, stride);
}

/** Roots and differences of the secular equation of the kept poles; values ← roots, z ← ẑ in the order of the poles. */
function solveSecular(count: isize, rho: f64, d: usize): void {
  let total = 0.0;
  for (let j: isize = 0; j < count; j++) {
    const source = index(kept, j);
    const zj = get(z, source);
    put(poles, j, get(d, source));
    put(spare, j, zj);
    put(weights, j, rho * zj * zj);
    total += rho * zj * zj;
  }
  for (let i: isize = 0; i < count; i++) {
    put(values, i, secularRoot(count, i, poles, weights, total, secular + bytes(i * count)));
  }
  loewnerVector(count, poles, secular, spare, weights);
}

/** Rows of differences → unit eigenvectors of the rank-one update, their elements in the order of `place`. */
function secularVectors(count: isize): void {
  for (let i: isize = 0; i < count; i++) {
    const row = secular + bytes(i * count);
    for (let j: isize = 0; j < count; j++) put(weights, index(place, j), get(spare, j) / get(row, j));
    scale<f64>(count, 1 / Math.sqrt(dot(count, weights, weights)), weights);
    memory.copy(row, weights, bytes(count));
  }
}

/** Sorts values into d and the rows of zt alike; the first `count` values are ascending, the deflated ones are not. */
function arrange(n: isize, count: isize, d: usize, zt: usize, stride: usize): void {
  // Deflated positions by insertion: they come nearly sorted, from high to low.
  for (let j = count; j < n; j++) setIndex(kept, j, n - 1 - (j - count));
  for (let j = count + 1; j < n; j++) {
    const source = index(kept, j);
    let to = j;
    for (; to > count && get(values, index(kept, to - 1)) > get(values, source); to--) {
      setIndex(kept, to, index(kept, to - 1));
    }
    setIndex(kept, to, source);
  }
  let i: isize = 0;
  let j = count;
  for (let position: isize = 0; position < n; position++) {
    const fromKept = j >= n || (i < count && get(values, i) <= get(values, index(kept, j)));
    const source = fromKept ? i++ : index(kept, j++);
    put(d, position, get(values, source));
    memory.copy(gathered + bytes(position * n), zt + (<usize>source) * stride, bytes(n));
  }
  for (let position: isize = 0; position < n; position++) {
    memory.copy(zt + (<usize>position) * stride, gathered + bytes(position * n), bytes(n));
  }
}
