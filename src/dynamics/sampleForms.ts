import type { Kernels } from "../linalg/kernels/kernels.ts";
import {
  block,
  entry,
  type FloatArray,
  type Matrix,
  matrix,
  rowMajor,
  setEntry,
  transpose,
  zerosLike,
} from "../linalg/matrix.ts";

/** Into so many columns at a time a triangle is multiplied: of four, five eighths of the whole square's work is left. */
const columnBlocks = 4;
/** Rows that are weighted at a time, so that they are in the cache when they are multiplied. */
const rowsAtOnce = 256;
/** Columns below which a block is not worth a call of its own. */
const fewColumns = 32;

/**
 * How samples see symmetric r×r matrices: A(M)_i = X_iMX_iᵀ, C×C, for C = 1 the numbers x_iᵀMx_i, and the adjoint
 * A*(w) = Σ_i X_iᵀw_iX_i. (1/n)·A*A is the mean of the H_iMH_i (docs/theory.md §10). Forms are n·C·C numbers in float64,
 * matrices and arithmetic of the precision of the rows.
 */
export interface SampleForms<T extends FloatArray> {
  /** forms ← A(L + Lᵀ), L lower triangular, r×r with zeros above its diagonal. Half the work of X·M. */
  ofTriangle(lower: Matrix<T>, forms: Float64Array): Promise<void>;
  /** forms ← A(diag m) in n·C²·r operations. */
  ofDiagonal(m: Float64Array, forms: Float64Array): void;
  /** Lower triangle of target ← A*(w), what is above it left as it was; every w_i symmetric. Half the work of Xᵀ(w ∘ X). */
  adjoint(w: Float64Array, target: Matrix<T>): Promise<void>;
}

/** Of X, row-major n·C × r without gaps, sample by sample. */
export function sampleForms<T extends FloatArray>(
  rows: Matrix<T>,
  outputs: number,
  kernels: Kernels,
): SampleForms<T> {
  const { rows: size, columns: rank } = rows;
  const width = Math.max(fewColumns, Math.ceil(rank / columnBlocks));
  const images = emptyLike(rows, size, Math.min(width, rank));
  const count = Math.min(size, outputs * Math.ceil(rowsAtOnce / outputs));
  const scaled = emptyLike(rows, count, rank);
  const product = emptyLike(rows, outputs, outputs);

  /** forms ← forms + Y_iX_iᵀ + X_iY_iᵀ, Y the first columns of `images`, X as many from `first` on. */
  const addForms = (first: number, columns: number, forms: Float64Array): void => {
    if (outputs === 1) {
      addProducts(images, block(rows, 0, first, size, columns), forms);
      return;
    }
    for (let i = 0, at = 0; i < size; i += outputs, at += outputs * outputs) {
      const x = transpose(block(rows, i, first, outputs, columns));
      kernels.gemm(1, block(images, i, 0, outputs, columns), x, 0, product);
      for (let a = 0; a < outputs; a++) {
        for (let b = 0; b < outputs; b++)
          forms[at + a * outputs + b] += entry(product, a, b) + entry(product, b, a);
      }
    }
  };

  return {
    async ofTriangle(lower, forms) {
      forms.fill(0);
      for (let first = 0; first < rank; first += width) {
        const columns = Math.min(width, rank - first);
        const below = block(lower, first, first, rank - first, columns);
        const right = block(rows, 0, first, size, rank - first);
        await kernels.background.gemm(1, right, below, 0, block(images, 0, 0, size, columns));
        addForms(first, columns, forms);
      }
    },
    ofDiagonal(m, forms) {
      forms.fill(0);
      const half = m.map((entry) => entry / 2);
      for (let first = 0; first < rank; first += width) {
        const columns = Math.min(width, rank - first);
        scaleColumns(block(rows, 0, first, size, columns), half.subarray(first), images);
        addForms(first, columns, forms);
      }
    },
    async adjoint(w, target) {
      for (let first = 0; first < size; first += count) {
        const some = block(rows, first, 0, Math.min(count, size - first), rank);
        const weights = w.subarray(first * outputs, (first + some.rows) * outputs);
        const positive =
          outputs === 1
            ? scaleRows(some, weights, scaled)
            : scaleBlocks(some, weights, outputs, scaled, kernels);
        const part = (from: number, to: number) => transpose(block(scaled, from, 0, to - from, rank));
        await kernels.background.syrk(1, part(0, positive), first === 0 ? 0 : 1, target);
        if (positive < some.rows) await kernels.background.syrk(-1, part(positive, some.rows), 1, target);
      }
    },
  };
}

function emptyLike<T extends FloatArray>({ data }: Matrix<T>, rows: number, columns: number): Matrix<T> {
  return rowMajor(rows, columns, zerosLike(data, rows * columns));
}

/** forms_i ← forms_i + 2·⟨y_i, x_i⟩ over the columns of x, four sums at a time. */
function addProducts(
  { data: y, rowStride: stepY }: Matrix<FloatArray>,
  { data: x, rowStride: stepX, offset, columns }: Matrix<FloatArray>,
  forms: Float64Array,
): void {
  for (let i = 0; i < forms.length; i++) {
    let left = i * stepY;
    let right = offset + i * stepX;
    const end = left + columns;
    let a = 0;
    let b = 0;
    let c = 0;
    let d = 0;
    for (; left + 4 <= end; left += 4, right += 4) {
      a += y[left] * x[right];
      b += y[left + 1] * x[right + 1];
      c += y[left + 2] * x[right + 2];
      d += y[left + 3] * x[right + 3];
    }
    for (; left < end; left++, right++) a += y[left] * x[right];
    forms[i] += 2 * (a + b + (c + d));
  }
}

/** y_ik ← m_k·x_ik over the columns of x. */
function scaleColumns(
  { data: x, rows, rowStride: stepX, offset, columns }: Matrix<FloatArray>,
  m: Float64Array,
  { data: y, rowStride: stepY }: Matrix<FloatArray>,
): void {
  for (let i = 0; i < rows; i++) {
    const source = offset + i * stepX;
    const target = i * stepY;
    for (let k = 0; k < columns; k++) y[target + k] = m[k] * x[source + k];
  }
}

/** The rows √|w_i|·x_i, first those with w_i ≥ 0; returns how many these are. */
function scaleRows(
  { data: x, rows, columns, offset }: Matrix<FloatArray>,
  w: Float64Array,
  { data: scaled }: Matrix<FloatArray>,
): number {
  let front = 0;
  let back = rows;
  for (let i = 0; i < rows; i++) {
    let target = (w[i] >= 0 ? front++ : --back) * columns;
    const root = Math.sqrt(Math.abs(w[i]));
    const end = offset + (i + 1) * columns;
    for (let k = end - columns; k < end; k++, target++) scaled[target] = root * x[k];
  }
  return front;
}

/** The rows √|d|·qᵀX_i for the eigenpairs (d, q) of w_i, first those with d ≥ 0; returns how many these are. */
function scaleBlocks<T extends FloatArray>(
  x: Matrix<T>,
  w: Float64Array,
  outputs: number,
  scaled: Matrix<T>,
  kernels: Kernels,
): number {
  const roots = emptyLike(x, outputs, outputs);
  let front = 0;
  let back = x.rows;
  for (let i = 0; i < x.rows; i += outputs) {
    const weights = matrix(outputs, outputs, w.subarray(i * outputs, (i + outputs) * outputs));
    const { values, vectors } = kernels.symmetricEigen(weights);
    let negative = 0;
    for (const [e, value] of values.entries()) {
      if (value < 0) negative++;
      for (let a = 0; a < outputs; a++)
        setEntry(roots, e, a, Math.sqrt(Math.abs(value)) * entry(vectors, a, e));
    }
    const samples = block(x, i, 0, outputs, x.columns);
    const turn = (first: number, count: number, target: number) =>
      kernels.gemm(
        1,
        block(roots, first, 0, count, outputs),
        samples,
        0,
        block(scaled, target, 0, count, x.columns),
      );
    back -= negative;
    turn(0, negative, back);
    turn(negative, outputs - negative, front);
    front += outputs - negative;
  }
  return front;
}
