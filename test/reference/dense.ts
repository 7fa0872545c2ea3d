/** Naive float64 loops over strided views: what the kernels are compared with. Results are row-major. */
import { dense, entry, type FloatArray, type Matrix, matrix } from "../../src/linalg/matrix.ts";

/** A·B by the definition, in float64 whatever the operands are: rows of B added up with the weights in a row of A. */
export function product(a: Matrix<FloatArray>, b: Matrix<FloatArray>): Matrix<Float64Array> {
  const [left, right, result] = [dense(a), dense(b), matrix(a.rows, b.columns)];
  for (let i = 0; i < a.rows; i++) {
    for (let k = 0; k < a.columns; k++) {
      const weight = left.data[i * a.columns + k];
      for (let j = 0; j < b.columns; j++)
        result.data[i * b.columns + j] += weight * right.data[k * b.columns + j];
    }
  }
  return result;
}

/** The matrix of absolute values. */
export function absolute(a: Matrix<FloatArray>): Matrix<Float64Array> {
  return fill(a.rows, a.columns, (i, j) => Math.abs(entry(a, i, j)));
}

/** rows×columns with `element(i, j)` in each place. */
export function fill(
  rows: number,
  columns: number,
  element: (i: number, j: number) => number,
): Matrix<Float64Array> {
  const result = matrix(rows, columns);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) result.data[i * columns + j] = element(i, j);
  }
  return result;
}

/** Tr A of a square matrix. */
export function trace(a: Matrix<FloatArray>): number {
  let sum = 0;
  for (let i = 0; i < a.rows; i++) sum += entry(a, i, i);
  return sum;
}

/** ‖A‖_F, without overflow or underflow of the squares. */
export function frobenius(a: Matrix<FloatArray>): number {
  const largest = maxAbsolute(a);
  if (largest === 0) return 0;
  let sum = 0;
  for (let i = 0; i < a.rows; i++) {
    for (let j = 0; j < a.columns; j++) sum += (entry(a, i, j) / largest) ** 2;
  }
  return largest * Math.sqrt(sum);
}

/** The largest absolute value, NaN if there is one, 0 of an empty matrix. */
export function maxAbsolute(a: Matrix<FloatArray>): number {
  let largest = 0;
  for (let i = 0; i < a.rows; i++) {
    for (let j = 0; j < a.columns; j++) largest = Math.max(largest, Math.abs(entry(a, i, j)));
  }
  return largest;
}

/** Numbers in (−1, 1) that depend on the seed alone (mulberry32), so that the tests need no code under test. */
export function seededUniform(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return (((mixed ^ (mixed >>> 14)) >>> 0) + 0.5) / 2 ** 31 - 1;
  };
}
