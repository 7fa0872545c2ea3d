import { bytes, get, put } from "./scalar";
import { add, dot } from "./vectors";

/** y ← y + (four rows' share of A·x), rows r … r+3 left of their common diagonal block; adds Σ_j a_rj x_j to y_r. */
function fourRows(r: isize, a: usize, stride: usize, x: usize, y: usize): void {
  let a1 = a + stride;
  let a2 = a1 + stride;
  let a3 = a2 + stride;
  let a0 = a;
  const x0 = v128.load_splat<f64>(x + bytes(r));
  const x1 = v128.load_splat<f64>(x + bytes(r), 8);
  const x2 = v128.load_splat<f64>(x + bytes(r), 16);
  const x3 = v128.load_splat<f64>(x + bytes(r), 24);
  let s0 = v128.splat<f64>(0);
  let s1 = s0;
  let s2 = s0;
  let s3 = s0;
  const end = bytes(r);
  for (let at: usize = 0; at < end; at += 16) {
    const xj = v128.load(x + at);
    let yj = v128.load(y + at);
    let aj = v128.load(a0 + at);
    s0 = v128.add<f64>(s0, v128.mul<f64>(aj, xj));
    yj = v128.add<f64>(yj, v128.mul<f64>(aj, x0));
    aj = v128.load(a1 + at);
    s1 = v128.add<f64>(s1, v128.mul<f64>(aj, xj));
    yj = v128.add<f64>(yj, v128.mul<f64>(aj, x1));
    aj = v128.load(a2 + at);
    s2 = v128.add<f64>(s2, v128.mul<f64>(aj, xj));
    yj = v128.add<f64>(yj, v128.mul<f64>(aj, x2));
    aj = v128.load(a3 + at);
    s3 = v128.add<f64>(s3, v128.mul<f64>(aj, xj));
    yj = v128.add<f64>(yj, v128.mul<f64>(aj, x3));
    v128.store(y + at, yj);
  }
  const tail = y + bytes(r);
  store<f64>(tail, load<f64>(tail) + (v128.extract_lane<f64>(s0, 0) + v128.extract_lane<f64>(s0, 1)));
  store<f64>(tail, load<f64>(tail, 8) + (v128.extract_lane<f64>(s1, 0) + v128.extract_lane<f64>(s1, 1)), 8);
  store<f64>(tail, load<f64>(tail, 16) + (v128.extract_lane<f64>(s2, 0) + v128.extract_lane<f64>(s2, 1)), 16);
  store<f64>(tail, load<f64>(tail, 24) + (v128.extract_lane<f64>(s3, 0) + v128.extract_lane<f64>(s3, 1)), 24);
}

/**
 * y ← A·x for symmetric n×n A of which the lower triangle is stored by rows, `stride` bytes apart. Each stored
 * element is read once: this product is bound by memory and is half the work of a tridiagonalisation.
 */
export function symmetricTimesVector(n: isize, a: usize, stride: usize, x: usize, y: usize): void {
  memory.fill(y, 0, bytes(n));
  const grouped = n & ~3;
  for (let r: isize = 0; r < grouped; r += 4) {
    const rows = a + (<usize>r) * stride;
    fourRows(r, rows, stride, x, y);
    for (let i: isize = 0; i < 4; i++) {
      const row = rows + (<usize>i) * stride;
      diagonalPart(row + bytes(r), i, x + bytes(r), y + bytes(r));
    }
  }
  for (let r = grouped; r < n; r++) {
    const row = a + (<usize>r) * stride;
    put(y, r, get(y, r) + dot(r, row, x) + get(row, r) * get(x, r));
    add(r, get(x, r), row, y);
  }
}

/** Row i of a diagonal block: its entries 0 … i act on both sides. */
function diagonalPart(row: usize, i: isize, x: usize, y: usize): void {
  let sum = get(row, i) * get(x, i);
  for (let j: isize = 0; j < i; j++) {
    sum += get(row, j) * get(x, j);
    put(y, j, get(y, j) + get(row, j) * get(x, i));
  }
  put(y, i, get(y, i) + sum);
}
