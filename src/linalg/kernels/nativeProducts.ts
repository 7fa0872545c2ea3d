/**
 * gemm, syrk, gemv and trmm as prepared CBLAS calls, so that the same preparation serves a call on this thread and one
 * in the background. A transposed view is an operand in the other order, hence a flag and never a copy.
 */
import type { FloatArray, Matrix } from "../matrix.ts";
import {
  anyDiagonal,
  leftSide,
  type NativeRoutines,
  type ProductRoutines,
  trans,
  triangle,
} from "./nativeBinding.ts";
import type { NativeFunction } from "./nativeLibrary.ts";
import { inputOperand, outputOperand } from "./nativeOperand.ts";
import { requireTriangular } from "./triangularProduct.ts";

export interface PreparedCall {
  readonly routine: NativeFunction;
  readonly values: readonly unknown[];
  /** Floating-point operations, for deciding where to run it. */
  readonly flops: number;
}

/** The call for C ← alpha·A·B + beta·C, or undefined when it is done already. RangeErrors as in `Kernels`. */
export function prepareGemm<T extends FloatArray>(
  routines: NativeRoutines,
  alpha: number,
  a: Matrix<T>,
  b: Matrix<T>,
  beta: number,
  c: Matrix<T>,
): PreparedCall | undefined {
  if (a.columns !== b.rows || c.rows !== a.rows || c.columns !== b.columns) {
    throw new RangeError(
      `gemm: A is ${shape(a)}, B is ${shape(b)}, C is ${shape(c)}; expected A m×k, B k×n and C m×n`,
    );
  }
  const { gemm } = precision(routines, "gemm", a.data, b.data, c.data);
  const left = inputOperand("gemm: A", a);
  const right = inputOperand("gemm: B", b);
  const output = outputOperand("gemm: C", c);
  if (alpha === 0 || a.columns === 0) return scale(c, beta, false);
  if (c.rows === 0 || c.columns === 0) return undefined;
  return {
    routine: gemm,
    values: [
      output.layout,
      left.layout === output.layout ? trans.no : trans.yes,
      right.layout === output.layout ? trans.no : trans.yes,
      c.rows,
      c.columns,
      a.columns,
      alpha,
      left.data,
      left.leadingDimension,
      right.data,
      right.leadingDimension,
      beta,
      output.data,
      output.leadingDimension,
    ],
    flops: 2 * c.rows * c.columns * a.columns,
  };
}

/** The call for the lower triangle of C ← alpha·A·Aᵀ + beta·C, or undefined when it is done already. */
export function prepareSyrk<T extends FloatArray>(
  routines: NativeRoutines,
  alpha: number,
  a: Matrix<T>,
  beta: number,
  c: Matrix<T>,
): PreparedCall | undefined {
  if (c.rows !== a.rows || c.columns !== a.rows) {
    throw new RangeError(`syrk: A is ${shape(a)}, C is ${shape(c)}; expected A m×k and C m×m`);
  }
  const { syrk } = precision(routines, "syrk", a.data, c.data, c.data);
  const input = inputOperand("syrk: A", a);
  const output = outputOperand("syrk: C", c);
  if (alpha === 0 || a.columns === 0) return scale(c, beta, true);
  if (c.rows === 0) return undefined;
  return {
    routine: syrk,
    values: [
      output.layout,
      triangle.lower,
      input.layout === output.layout ? trans.no : trans.yes,
      c.rows,
      a.columns,
      alpha,
      input.data,
      input.leadingDimension,
      beta,
      output.data,
      output.leadingDimension,
    ],
    flops: c.rows * (c.rows + 1) * a.columns,
  };
}

/** The call for y ← alpha·A·x + beta·y, or undefined when it is done already. */
export function prepareGemv<T extends FloatArray>(
  routines: NativeRoutines,
  alpha: number,
  a: Matrix<T>,
  x: T,
  beta: number,
  y: T,
): PreparedCall | undefined {
  if (x.length !== a.columns || y.length !== a.rows) {
    throw new RangeError(
      `gemv: A is ${shape(a)}, x has ${x.length} elements, y has ${y.length}; expected A m×n, x n and y m`,
    );
  }
  const { gemv } = precision(routines, "gemv", a.data, x, y);
  const input = inputOperand("gemv: A", a);
  if (alpha === 0 || a.columns === 0) {
    return scale(
      { data: y, rows: y.length, columns: 1, offset: 0, rowStride: 1, columnStride: 1 },
      beta,
      false,
    );
  }
  if (a.rows === 0) return undefined;
  return {
    routine: gemv,
    values: [
      input.layout,
      trans.no,
      a.rows,
      a.columns,
      alpha,
      input.data,
      input.leadingDimension,
      x,
      1,
      beta,
      y,
      1,
    ],
    flops: 2 * a.rows * a.columns,
  };
}

/** The call for B ← A·B with the lower triangle of A, or undefined when there is nothing to do. */
export function prepareTrmm<T extends FloatArray>(
  routines: NativeRoutines,
  a: Matrix<T>,
  b: Matrix<T>,
): PreparedCall | undefined {
  requireTriangular(a, b);
  const { trmm } = precision(routines, "trmm", a.data, b.data, b.data);
  const factor = inputOperand("trmm: A", a);
  const output = outputOperand("trmm: B", b);
  if (b.rows === 0 || b.columns === 0) return undefined;
  // in the other order it is Aᵀ that lies there, with its upper triangle
  const same = factor.layout === output.layout;
  return {
    routine: trmm,
    values: [
      output.layout,
      leftSide,
      same ? triangle.lower : triangle.upper,
      same ? trans.no : trans.yes,
      anyDiagonal,
      b.rows,
      b.columns,
      1,
      factor.data,
      factor.leadingDimension,
      output.data,
      output.leadingDimension,
    ],
    flops: b.rows * b.rows * b.columns,
  };
}

/** BLAS reads memory by the routine's name alone, so arrays of the other kind must be refused here. */
function precision(
  routines: NativeRoutines,
  routine: string,
  ...arrays: [FloatArray, FloatArray, FloatArray]
): ProductRoutines {
  const bytes = arrays[0].BYTES_PER_ELEMENT;
  if (arrays.some((array) => array.BYTES_PER_ELEMENT !== bytes)) {
    throw new RangeError(`${routine}: expected all operands in one precision, got float32 and float64`);
  }
  return bytes === 4 ? routines.single : routines.double;
}

/** C ← beta·C where nothing is added: libraries differ on whether they still do this. With beta = 0, C is not read. */
function scale(c: Matrix<FloatArray>, beta: number, lowerOnly: boolean): undefined {
  if (beta === 1) return;
  for (let i = 0; i < c.rows; i++) {
    const end = lowerOnly ? i + 1 : c.columns;
    for (let j = 0; j < end; j++) {
      const position = c.offset + i * c.rowStride + j * c.columnStride;
      c.data[position] = beta === 0 ? 0 : beta * c.data[position];
    }
  }
}

function shape(a: Matrix<FloatArray>): string {
  return `${a.rows}×${a.columns}`;
}
