/** Every way a matrix may lie in memory, for the conformance suite. */
import type { FloatArray, Matrix } from "../../../src/linalg/matrix.ts";

export type FloatArrayClass = Float32ArrayConstructor | Float64ArrayConstructor;

/** Unit roundoff. */
export const roundoff = (kind: FloatArrayClass) => (kind === Float32Array ? 2 ** -24 : 2 ** -53);
/** The smallest normal number: below it, rounding errors are absolute. */
export const smallestNormal = (kind: FloatArrayClass) => (kind === Float32Array ? 2 ** -126 : 2 ** -1022);

/** Layouts with a row or column stride of 1, as outputs need. */
export const outputLayouts = ["rows", "columns", "block of rows", "block of columns"] as const;
/** All layouts. In a broadcast one every row is the same memory. */
export const inputLayouts = [...outputLayouts, "both strides over 1", "reversed", "broadcast"] as const;
export type Layout = (typeof inputLayouts)[number];

/** What stands around the elements of a view: as an input NaN, which shows when read; as an output a number. */
export const outputGuard = 12345;

/**
 * rows×columns of `element()`, drawn row by row, laid out as asked in an array that is larger on all sides and
 * holds `guard` where the view has no element.
 */
export function view(
  kind: FloatArrayClass,
  rows: number,
  columns: number,
  layout: Layout,
  element: () => number,
  guard = Number.NaN,
): Matrix<FloatArray> {
  const [offset, rowStride, columnStride] = {
    rows: [0, columns, 1],
    columns: [0, 1, rows],
    "block of rows": [3, columns + 2, 1],
    "block of columns": [5, 1, rows + 3],
    "both strides over 1": [2, 2 * columns + 1, 2],
    reversed: [rows * columns, -columns, -1],
    broadcast: [1, 0, 1],
  }[layout];
  const extent = Math.abs(rowStride) * rows + Math.abs(columnStride) * columns;
  const data = new kind(
    layout === "rows" || layout === "columns" ? rows * columns : offset + extent + 4,
  ).fill(guard);
  const result = { data, rows, columns, offset, rowStride, columnStride };
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) data[offset + i * rowStride + j * columnStride] = element();
  }
  return result;
}

/** The values of the array that belong to no element of the view. */
export function guards(a: Matrix<FloatArray>): FloatArray {
  const inside = new Uint8Array(a.data.length);
  for (let i = 0; i < a.rows; i++) {
    for (let j = 0; j < a.columns; j++) inside[a.offset + i * a.rowStride + j * a.columnStride] = 1;
  }
  return a.data.filter((_, position) => inside[position] === 0);
}
