/** gemm and syrk brought into one form: C ← alpha·A·B + beta·C, or one triangle of it, with C stored by rows. */
import { type FloatArray, type Matrix, transpose } from "../matrix.ts";
import { checkView, shape } from "./view.ts";

export interface Product<T extends FloatArray = FloatArray> {
  readonly alpha: number;
  /** A, m×k. */
  readonly left: Matrix<T>;
  /** Bᵀ, n×k: both factors are read along their rows. */
  readonly right: Matrix<T>;
  readonly beta: number;
  /** C, m×n; its rows are contiguous. */
  readonly output: Matrix<T>;
  readonly triangle: "full" | "lower" | "upper";
}

/** Throws a RangeError as `Kernels.gemm` does. */
export function gemmProduct<T extends FloatArray>(
  alpha: number,
  a: Matrix<T>,
  b: Matrix<T>,
  beta: number,
  c: Matrix<T>,
): Product<T> {
  if (a.columns !== b.rows || c.rows !== a.rows || c.columns !== b.columns) {
    throw new RangeError(
      `gemm: A is ${shape(a)}, B is ${shape(b)}, C is ${shape(c)}; expected A m×k, B k×n and C m×n`,
    );
  }
  checkKind("gemm", a.data, b.data, c.data);
  checkView("gemm: A", a);
  checkView("gemm: B", b);
  checkOutput("gemm: C", c);
  if (rowsAreRuns(c)) return { alpha, left: a, right: transpose(b), beta, output: c, triangle: "full" };
  return { alpha, left: transpose(b), right: a, beta, output: transpose(c), triangle: "full" };
}

/** Throws a RangeError as `Kernels.syrk` does. */
export function syrkProduct<T extends FloatArray>(
  alpha: number,
  a: Matrix<T>,
  beta: number,
  c: Matrix<T>,
): Product<T> {
  if (c.rows !== a.rows || c.columns !== a.rows) {
    throw new RangeError(`syrk: A is ${shape(a)}, C is ${shape(c)}; expected A m×k and C m×m`);
  }
  checkKind("syrk", a.data, c.data);
  checkView("syrk: A", a);
  checkOutput("syrk: C", c);
  if (rowsAreRuns(c)) return { alpha, left: a, right: a, beta, output: c, triangle: "lower" };
  return { alpha, left: a, right: a, beta, output: transpose(c), triangle: "upper" };
}

/** Throws a RangeError as `Kernels.gemv` does. */
export function gemvProduct<T extends FloatArray>(
  alpha: number,
  a: Matrix<T>,
  x: T,
  beta: number,
  y: T,
): Product<T> {
  if (x.length !== a.columns || y.length !== a.rows) {
    throw new RangeError(
      `gemv: A is ${shape(a)}, x has ${x.length} elements, y has ${y.length}; expected A m×n, x n and y m`,
    );
  }
  checkKind("gemv", a.data, x, y);
  checkView("gemv: A", a);
  const right = { data: x, rows: 1, columns: x.length, offset: 0, rowStride: x.length, columnStride: 1 };
  const output = { data: y, rows: y.length, columns: 1, offset: 0, rowStride: 1, columnStride: 1 };
  return { alpha, left: a, right, beta, output, triangle: "full" };
}

/** The columns [start, end) of row i of C that the product writes. */
export function wantedColumns(product: Product, i: number): [start: number, end: number] {
  const { triangle, output } = product;
  return [triangle === "upper" ? i : 0, triangle === "lower" ? i + 1 : output.columns];
}

/** Throws a RangeError when the arrays are not all of one precision. */
function checkKind(routine: string, ...arrays: FloatArray[]): void {
  if (arrays.some((array) => array.BYTES_PER_ELEMENT !== arrays[0].BYTES_PER_ELEMENT)) {
    throw new RangeError(`${routine}: expected all operands in one precision, got float32 and float64`);
  }
}

function checkOutput(name: string, c: Matrix<FloatArray>): void {
  checkView(name, c);
  if (!rowsAreRuns(c) && !rowsAreRuns(transpose(c))) {
    throw new RangeError(
      `${name} is ${shape(c)} with strides ${c.rowStride} and ${c.columnStride}: an output needs a row or a column stride of 1 and no overlapping elements`,
    );
  }
}

/** A stride along an extent of one element is never used. */
function rowsAreRuns(c: Matrix<FloatArray>): boolean {
  return (c.columnStride === 1 || c.columns <= 1) && (c.rowStride >= c.columns || c.rows <= 1);
}
