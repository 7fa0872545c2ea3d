import type { Kernels } from "./kernels/kernels.ts";
import { block, dense, type Matrix, matrix, row, type SymmetricMatrix, transpose } from "./matrix.ts";

/** Rows that are done at a time, so that they and their images stay in the cache. */
const rowsAtOnce = 256;

/**
 * The forms q_i = x_iᵀMx_i of the rows of X (n×d), as a function of X, for one symmetric M (d×d, kept as it is now): xᵀMx = xᵀTx
 * with T = M below the diagonal twice and M on it, so half of XM is formed. Returns n numbers, in `out` if given. X may have any
 * strides. Throws a RangeError where M is not square, X has not d columns, or `out` not n elements.
 */
export function quadraticForms(
  symmetric: SymmetricMatrix,
  kernels: Kernels,
): (rows: Matrix<Float64Array>, out?: Float64Array) => Float64Array {
  const size = symmetric.rows;
  if (symmetric.columns !== size) {
    throw new RangeError(
      `quadratic forms: expected a square matrix, got ${symmetric.rows}×${symmetric.columns}`,
    );
  }
  const triangle = doubledBelow(symmetric);
  let images = new Float64Array(0);

  const formsOf = (rows: Matrix<Float64Array>, out: Float64Array): void => {
    const length = rows.rows * size;
    if (images.length < length) images = new Float64Array(length);
    for (let i = 0; i < rows.rows; i++) images.set(row(rows, i), i * size);
    kernels.trmm(triangle, transpose(matrix(rows.rows, size, images.subarray(0, length))));
    for (let i = 0; i < rows.rows; i++) out[i] = dot(rows, i, images);
  };

  return (rows, out = new Float64Array(rows.rows)) => {
    if (rows.columns !== size || out.length !== rows.rows) {
      throw new RangeError(
        `quadratic forms: expected rows of length ${size} and one number each, got ${rows.rows}×${rows.columns} and ${out.length}`,
      );
    }
    for (let from = 0; from < rows.rows; from += rowsAtOnce) {
      const count = Math.min(rowsAtOnce, rows.rows - from);
      formsOf(block(rows, from, 0, count, size), out.subarray(from, from + count));
    }
    return out;
  };
}

/** A copy of M that counts twice what lies below the diagonal; what lies above is not used. */
function doubledBelow(symmetric: SymmetricMatrix): Matrix<Float64Array> {
  const copy = dense(symmetric);
  for (let i = 0; i < copy.rows; i++) {
    for (let j = 0; j < i; j++) copy.data[i * copy.columns + j] *= 2;
  }
  return copy;
}

/** The product of row i with its image, in four sums at once. */
function dot(rows: Matrix<Float64Array>, i: number, images: Float64Array): number {
  const { data, columns, columnStride: stride } = rows;
  const end = (i + 1) * columns;
  const fourth = end - (columns % 4);
  let at = rows.offset + i * rows.rowStride;
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  let k = i * columns;
  for (; k < fourth; k += 4) {
    a += data[at] * images[k];
    b += data[at + stride] * images[k + 1];
    c += data[at + 2 * stride] * images[k + 2];
    d += data[at + 3 * stride] * images[k + 3];
    at += 4 * stride;
  }
  for (; k < end; k++) {
    a += data[at] * images[k];
    at += stride;
  }
  return a + b + (c + d);
}
