/** From a strided view to what BLAS takes: the first element, an order, and a leading dimension. */
import { type FloatArray, type Matrix, packed } from "../matrix.ts";
import { layout } from "./nativeBinding.ts";
import { checkView, shape } from "./view.ts";

export interface Operand<T extends FloatArray> {
  /** Begins at element (0,0). */
  readonly data: T;
  readonly layout: (typeof layout)[keyof typeof layout];
  readonly leadingDimension: number;
}

const largestInt = 2 ** 31 - 1;

/** The view as it stands where BLAS can read it so, else a packed row-major copy. Throws like `checkOperand`. */
export function inputOperand<T extends FloatArray>(name: string, a: Matrix<T>): Operand<T> {
  checkOperand(name, a);
  return (
    asOperand(a) ?? { data: packed(a), layout: layout.rowMajor, leadingDimension: Math.max(1, a.columns) }
  );
}

/** The view as it stands. Throws like `checkOperand`, and a RangeError when neither stride is 1 or elements overlap. */
export function outputOperand<T extends FloatArray>(name: string, c: Matrix<T>): Operand<T> {
  checkOperand(name, c);
  const operand = asOperand(c);
  if (operand === undefined) {
    throw new RangeError(
      `${name} is ${c.rows}×${c.columns} with strides ${c.rowStride} and ${c.columnStride}: an output needs a row or a column stride of 1 and no overlapping elements`,
    );
  }
  return operand;
}

/**
 * Outside its array a view would have BLAS touch foreign memory, so this throws a RangeError, as it does for
 * extents beyond a 32-bit integer.
 */
function checkOperand(name: string, a: Matrix<FloatArray>): void {
  if (a.rows > largestInt || a.columns > largestInt) {
    throw new RangeError(`${name} is ${shape(a)}: this BLAS takes at most ${largestInt} rows and columns`);
  }
  checkView(name, a);
}

/** A stride that no element uses says nothing, yet BLAS wants a leading dimension that a row (or column) fits in. */
function asOperand<T extends FloatArray>(a: Matrix<T>): Operand<T> | undefined {
  const { rows, columns, rowStride, columnStride } = a;
  const fewRows = rows <= 1 || columns === 0;
  const fewColumns = columns <= 1 || rows === 0;
  if (fewColumns || columnStride === 1) {
    const leading = fewRows ? Math.max(1, columns) : rowStride;
    if (leading >= Math.max(1, columns)) return operandAt(a, layout.rowMajor, leading);
  }
  if (fewRows || rowStride === 1) {
    const leading = fewColumns ? Math.max(1, rows) : columnStride;
    if (leading >= Math.max(1, rows)) return operandAt(a, layout.columnMajor, leading);
  }
  return undefined;
}

function operandAt<T extends FloatArray>(
  a: Matrix<T>,
  order: Operand<T>["layout"],
  leadingDimension: number,
): Operand<T> | undefined {
  if (leadingDimension > largestInt) return undefined;
  const data = a.offset === 0 ? a.data : (a.data.subarray(a.offset) as T);
  return { data, layout: order, leadingDimension };
}
