/** From the order of the disk to the row-major order of the target. */

/**
 * Places `numbers`, which are the elements `first`, `first + 1`, … of a slab in the order of the disk, in the
 * row-major `target` of shape `count`.
 */
export function placeSlab(
  numbers: ArrayLike<number>,
  first: number,
  count: readonly number[],
  order: "C" | "F",
  target: Float32Array | Float64Array,
): void {
  // Lines run along the axis that is contiguous on disk; where the target is contiguous along it too, it is a copy.
  const stride = count.slice(1).reduce((size, length) => size * length, 1);
  if (order === "C" || stride === 1) target.set(numbers, first);
  else transposeLines(numbers, first, count, stride, target);
}

/** A tile of the target stays in the nearest cache: 32 rows of one cache line of float32 each. */
const tileRows = 32;
const tileLines = 16;

/**
 * Column-major lines (along axis 0) to row-major, in tiles: neighbouring lines mostly land on neighbouring elements
 * of the target. The first and the last line may be partial.
 */
function transposeLines(
  numbers: ArrayLike<number>,
  first: number,
  count: readonly number[],
  stride: number,
  target: Float32Array | Float64Array,
): void {
  const rows = count[0];
  const firstLine = Math.floor(first / rows);
  const endLine = Math.ceil((first + numbers.length) / rows);
  const lineTargets = new Float64Array(tileLines);
  for (let line = firstLine; line < endLine; line += tileLines) {
    const lines = Math.min(tileLines, endLine - line);
    for (let k = 0; k < lines; k++) lineTargets[k] = lineTarget(line + k, count, stride);
    for (let row = 0; row < rows; row += tileRows) {
      for (let k = 0; k < lines; k++) {
        // Where the line begins in `numbers`: before them for a line that an earlier call has begun.
        const offset = (line + k) * rows - first;
        const end = Math.min(row + tileRows, rows, numbers.length - offset);
        const base = lineTargets[k];
        for (let i = Math.max(row, -offset); i < end; i++) target[base + i * stride] = numbers[offset + i];
      }
    }
  }
}

/**
 * Row-major index of the first element of a line: lines are numbered over axes 1, 2, …, axis 1 varying fastest.
 * `stride` is that of axis 0.
 */
function lineTarget(line: number, count: readonly number[], stride: number): number {
  let position = 0;
  for (let axis = 1; axis < count.length; axis++) {
    stride /= count[axis];
    position += (line % count[axis]) * stride;
    line = Math.floor(line / count[axis]);
  }
  return position;
}
