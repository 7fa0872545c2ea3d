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

/** Rows that are done at a time, so that they and their images stay in the cache. */
const rowsAtOnce = 512;

/**
 * How samples see symmetric r×r matrices: A(M)_i = X_iMX_iᵀ, C×C, for C = 1 the numbers x_iᵀMx_i, and the adjoint
 * A*(w) = Σ_i X_iᵀw_iX_i. (1/n)·A*A is the mean of the H_iMH_i (docs/theory.md §10). Forms are n·C·C numbers in float64,
 * matrices and arithmetic of the precision of the rows.
 */
export interface SampleForms<T extends FloatArray> {
  /** forms ← A(L + Lᵀ) for the lower triangle L of an r×r matrix, what is above it not read. Half the work of X·M. */
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
  const count = Math.min(size, outputs * Math.ceil(rowsAtOnce / outputs));
  const images = emptyLike(rows, count, rank);
  const product = emptyLike(rows, outputs, outputs);

  /** Some rows of X at a time, with as many of `images`, and which forms are theirs. */
  const parts = function* (forms: Float64Array) {
    for (let first = 0; first < size; first += count) {
      const x = block(rows, first, 0, Math.min(count, size - first), rank);
      const own = forms.subarray(first * outputs, (first + x.rows) * outputs);
      yield { x, y: block(images, 0, 0, x.rows, rank), own };
    }
  };

  /** forms_i ← Y_iX_iᵀ + X_iY_iᵀ */
  const pair = (x: Matrix<T>, y: Matrix<T>, forms: Float64Array): void => {
    if (outputs === 1) {
      pairRows(x, y, forms);
      return;
    }
    for (let i = 0, at = 0; i < x.rows; i += outputs, at += outputs * outputs) {
      const turned = transpose(block(x, i, 0, outputs, rank));
      kernels.gemm(1, block(y, i, 0, outputs, rank), turned, 0, product);
      for (let a = 0; a < outputs; a++) {
        for (let b = 0; b < outputs; b++)
          forms[at + a * outputs + b] = entry(product, a, b) + entry(product, b, a);
      }
    }
  };

  return {
    async ofTriangle(lower, forms) {
      for (const { x, y, own } of parts(forms)) {
        y.data.set(x.data.subarray(x.offset, x.offset + x.rows * rank));
        await kernels.background.trmm(lower, transpose(y));
        pair(x, y, own);
      }
    },
    ofDiagonal(m, forms) {
      for (let i = 0, at = 0; i < size; i += outputs) {
        for (let a = i; a < i + outputs; a++) {
          for (let b = i; b < i + outputs; b++, at++) forms[at] = weightedProduct(rows, m, a, b);
        }
      }
    },
    async adjoint(w, target) {
      let beta = 0;
      for (const { x, y, own } of parts(w)) {
        const positive = outputs === 1 ? scaleRows(x, own, y) : scaleBlocks(x, own, outputs, y, kernels);
        const part = (from: number, to: number) => transpose(block(y, from, 0, to - from, rank));
        await kernels.background.syrk(1, part(0, positive), beta, target);
        if (positive < x.rows) await kernels.background.syrk(-1, part(positive, x.rows), 1, target);
        beta = 1;
      }
    },
  };
}

function emptyLike<T extends FloatArray>({ data }: Matrix<T>, rows: number, columns: number): Matrix<T> {
  return rowMajor(rows, columns, zerosLike(data, rows * columns));
}

/** forms_i ← 2·⟨y_i, x_i⟩, four sums at a time. */
function pairRows(
  { data: x, offset, columns }: Matrix<FloatArray>,
  { data: y }: Matrix<FloatArray>,
  forms: Float64Array,
): void {
  for (let i = 0, left = 0; i < forms.length; i++) {
    let right = offset + i * columns;
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
    forms[i] = 2 * (a + b + (c + d));
  }
}

/** Σ_k m_k·x_ak·x_bk */
function weightedProduct(
  { data, columns }: Matrix<FloatArray>,
  m: Float64Array,
  a: number,
  b: number,
): number {
  let sum = 0;
  for (let k = 0, left = a * columns, right = b * columns; k < columns; k++, left++, right++) {
    sum += m[k] * data[left] * data[right];
  }
  return sum;
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
