import type { FloatArray, Matrix } from "../matrix.ts";

/** "3×4", for messages. */
export function shape(a: Matrix<FloatArray>): string {
  return `${a.rows}×${a.columns}`;
}

/** Throws a RangeError when elements of the view lie outside its array. */
export function checkView(name: string, a: Matrix<FloatArray>): void {
  if (a.rows === 0 || a.columns === 0) return;
  const down = (a.rows - 1) * a.rowStride;
  const across = (a.columns - 1) * a.columnStride;
  const first = a.offset + Math.min(0, down) + Math.min(0, across);
  const last = a.offset + Math.max(0, down) + Math.max(0, across);
  if (!(first >= 0 && last < a.data.length)) {
    throw new RangeError(
      `${name} is ${shape(a)} over elements ${first} to ${last} of an array of ${a.data.length}`,
    );
  }
}
