/** B ← A·B with a triangular A by general products, from the last rows up, so that rows are read before they are written. */
import {
  block,
  entry,
  type FloatArray,
  type Matrix,
  packed,
  rowMajor,
  setEntry,
  zerosLike,
} from "../matrix.ts";
import type { Kernels } from "./kernels.ts";
import { shape } from "./view.ts";

/** Rows that are written at a time: what these lose by zeros against what small products lose by being small. */
const rowsAtOnce = 48;

/** As `Kernels.trmm`, throws included. */
export function triangularProduct<T extends FloatArray>(
  gemm: Kernels["gemm"],
  a: Matrix<T>,
  b: Matrix<T>,
): void {
  for (const [left, right, beta, target] of generalProducts(a, b)) gemm(1, left, right, beta, target);
}

/** As `Kernels.background.trmm`, throws included. */
export async function triangularProductInBackground<T extends FloatArray>(
  gemm: Kernels["background"]["gemm"],
  a: Matrix<T>,
  b: Matrix<T>,
): Promise<void> {
  for (const [left, right, beta, target] of generalProducts(a, b)) await gemm(1, left, right, beta, target);
}

/** The products target ← left·right + beta·target that do it; each is to be done before the next is asked for. */
function* generalProducts<T extends FloatArray>(
  a: Matrix<T>,
  b: Matrix<T>,
): Generator<[left: Matrix<T>, right: Matrix<T>, beta: number, target: Matrix<T>]> {
  requireTriangular(a, b);
  for (let end = a.rows; end > 0; ) {
    const start = Math.floor((end - 1) / rowsAtOnce) * rowsAtOnce;
    const count = end - start;
    const own = block(b, start, 0, count, b.columns);
    yield [lowerCorner(a, start, count), rowMajor(count, b.columns, packed(own)), 0, own];
    if (start > 0) yield [block(a, start, 0, count, start), block(b, 0, 0, start, b.columns), 1, own];
    end = start;
  }
}

/** Throws a RangeError that names the shapes unless A is square and has as many columns as B has rows. */
export function requireTriangular(a: Matrix<FloatArray>, b: Matrix<FloatArray>): void {
  if (a.rows !== a.columns || a.columns !== b.rows) {
    throw new RangeError(`trmm: A is ${shape(a)}, B is ${shape(b)}; expected A m×m and B m×n`);
  }
}

/** The block on the diagonal with zeros above it, whatever stands there in A. */
function lowerCorner<T extends FloatArray>(a: Matrix<T>, start: number, count: number): Matrix<T> {
  const corner = rowMajor(count, count, zerosLike(a.data, count * count));
  for (let i = 0; i < count; i++) {
    for (let j = 0; j <= i; j++) setEntry(corner, i, j, entry(a, start + i, start + j));
  }
  return corner;
}
