/** The slab of a row-major array by the index formula, element by element: the oracle for every reader of array files. */
export function naiveSlab(
  values: ArrayLike<number>,
  shape: readonly number[],
  start: readonly number[],
  count: readonly number[],
): number[] {
  return indices(count).map(
    (index) =>
      values[
        rowMajorIndex(
          index.map((i, axis) => start[axis] + i),
          shape,
        )
      ],
  );
}

/** Row-major values in column-major order. */
export function columnMajor(values: ArrayLike<number>, shape: readonly number[]): number[] {
  const reversed = [...shape].reverse();
  return indices(reversed).map((index) => values[rowMajorIndex([...index].reverse(), shape)]);
}

/** All indices of an array of this shape, in row-major order. */
function indices(shape: readonly number[]): number[][] {
  let result: number[][] = [[]];
  for (const length of shape) {
    result = result.flatMap((index) => Array.from({ length }, (_, i) => [...index, i]));
  }
  return result;
}

function rowMajorIndex(index: readonly number[], shape: readonly number[]): number {
  return index.reduce((position, i, axis) => position * shape[axis] + i, 0);
}
