import type { Kernels } from "./kernels/kernels.ts";
import { block, dense, type Matrix, matrix, type SymmetricMatrix } from "./matrix.ts";

/** Coordinates whose part of the form is taken at a time: fewer save more operations, of products that get slower. */
const panel = 48;
/** Rows that are done at a time, so that they and their images stay in the cache. */
const rowsAtOnce = 256;

/**
 * The forms q_i = x_iᵀMx_i of the rows of X (n×d), as a function of X, for one symmetric M (d×d, kept as it is now). In panels b
 * of coordinates xᵀMx = Σ_b x_bᵀ(M_bb x_b + 2 Σ_{c>b} M_bc x_c), so hardly more than half of XM is formed. Returns n numbers, in
 * `out` if given. X may have any strides. Throws a RangeError where M is not square, X has not d columns, or `out` not n elements.
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
  const doubled = doubledBelowPanels(symmetric);
  let images = new Float64Array(0);

  const formsOf = (rows: Matrix<Float64Array>, out: Float64Array): void => {
    const length = rows.rows * size;
    if (images.length < length) images = new Float64Array(length);
    const own = matrix(rows.rows, size, images.subarray(0, length));
    for (let from = 0; from < size; from += panel) {
      const width = Math.min(panel, size - from);
      const rest = block(rows, 0, from, rows.rows, size - from);
      const part = block(doubled, from, from, size - from, width);
      kernels.gemm(1, rest, part, 0, block(own, 0, from, rows.rows, width));
    }
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

/** A copy of M that counts twice what lies below the panels on the diagonal; what lies above them is not used. */
function doubledBelowPanels(symmetric: SymmetricMatrix): Matrix<Float64Array> {
  const copy = dense(symmetric);
  for (let i = panel; i < copy.rows; i++) {
    const start = i * copy.columns;
    const end = start + i - (i % panel);
    for (let position = start; position < end; position++) copy.data[position] *= 2;
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
