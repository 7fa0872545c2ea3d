/** Blocks of strided matrices, copied to and from memory without gaps, by runs where they have runs. */
import { type FloatArray, type Matrix, transpose } from "../matrix.ts";

/** Shorter runs are copied faster by a loop than by `set`. */
const shortRun = 24;

/** Whether the columns and not the rows are the runs, so that `copyBlock` copies column after column. */
export function byColumns(a: Matrix<FloatArray>): boolean {
  return a.rowStride === 1 && a.columnStride !== 1;
}

/** Copies all elements, row after row, or column after column when `byColumns`. */
export function copyBlock(a: Matrix<FloatArray>, target: FloatArray): void {
  const lines = byColumns(a) ? transpose(a) : a;
  const { data, rows, columns, offset, rowStride, columnStride } = lines;
  if (columnStride === 1 && rowStride === columns) {
    target.set(data.subarray(offset, offset + rows * columns));
  } else if (columnStride === 1 && columns >= shortRun) {
    for (let i = 0; i < rows; i++) {
      const start = offset + i * rowStride;
      target.set(data.subarray(start, start + columns), i * columns);
    }
  } else {
    let next = 0;
    for (let i = 0; i < rows; i++) {
      let position = offset + i * rowStride;
      for (let j = 0; j < columns; j++) {
        target[next++] = data[position];
        position += columnStride;
      }
    }
  }
}

/** data[start…start+count) ← source[from…from+count). */
export function copyRun(
  source: FloatArray,
  from: number,
  count: number,
  data: FloatArray,
  start: number,
): void {
  if (count >= shortRun) data.set(source.subarray(from, from + count), start);
  else for (let j = 0; j < count; j++) data[start + j] = source[from + j];
}
