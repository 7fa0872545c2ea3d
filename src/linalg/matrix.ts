/**
 * Dense matrices as strided views over typed arrays.
 *
 * A transpose or a block is a view, never a copy: the kernels read strides, so `gemm(1, transpose(a), b, 0, c)`
 * is how a transposed product is written.
 */

/** The numbers behind a matrix or a vector, in one of the two precisions. */
export type FloatArray = Float32Array | Float64Array;

/** Element (i,j) of rows×columns is `data[offset + i·rowStride + j·columnStride]`: offset and strides count elements. */
export interface Matrix<T extends FloatArray = Float64Array> {
  readonly data: T;
  readonly rows: number;
  readonly columns: number;
  readonly offset: number;
  readonly rowStride: number;
  readonly columnStride: number;
}

/** A square matrix whose two triangles are both filled and equal. */
export type SymmetricMatrix = Matrix<Float64Array>;

/**
 * Row-major float64 matrix over `data` (not copied), or zeros when no data is given. Throws a RangeError on a length other
 * than rows·columns.
 */
export function matrix(rows: number, columns: number, data?: Float64Array): Matrix<Float64Array> {
  return rowMajor(rows, columns, data ?? new Float64Array(rows * columns));
}

/** Row-major matrix over any float array (not copied) of exactly rows·columns elements. Throws a RangeError otherwise. */
export function rowMajor<T extends FloatArray>(rows: number, columns: number, data: T): Matrix<T> {
  if (data.length !== rows * columns) {
    throw new RangeError(
      `matrix data: expected ${rows}×${columns} = ${rows * columns} elements, got ${data.length}`,
    );
  }
  return { data, rows, columns, offset: 0, rowStride: columns, columnStride: 1 };
}

/** Float64 matrix from nested rows of equal length, copied; 0×0 from none. Throws a RangeError on a row of another length. */
export function fromRows(rows: readonly ArrayLike<number>[]): Matrix<Float64Array> {
  const columns = rows.length === 0 ? 0 : rows[0].length;
  const result = matrix(rows.length, columns);
  for (const [i, row] of rows.entries()) {
    if (row.length !== columns)
      throw new RangeError(`row ${i}: expected ${columns} elements, got ${row.length}`);
    result.data.set(row, i * columns);
  }
  return result;
}

/** The view Aᵀ, columns×rows. */
export function transpose<T extends FloatArray>(a: Matrix<T>): Matrix<T> {
  return { ...a, rows: a.columns, columns: a.rows, rowStride: a.columnStride, columnStride: a.rowStride };
}

/** The view of `rows`×`columns` elements that starts at (row, column). Throws a RangeError when it does not fit. */
export function block<T extends FloatArray>(
  a: Matrix<T>,
  row: number,
  column: number,
  rows: number,
  columns: number,
): Matrix<T> {
  if (
    row < 0 ||
    column < 0 ||
    rows < 0 ||
    columns < 0 ||
    row + rows > a.rows ||
    column + columns > a.columns
  ) {
    throw new RangeError(
      `block (${row},${column}) of ${rows}×${columns} does not fit in ${a.rows}×${a.columns}`,
    );
  }
  return { ...a, rows, columns, offset: a.offset + row * a.rowStride + column * a.columnStride };
}

/** Entry (i, j), not checked against the shape. */
export function entry(a: Matrix<FloatArray>, i: number, j: number): number {
  return a.data[a.offset + i * a.rowStride + j * a.columnStride];
}

/** Sets entry (i, j), not checked against the shape. */
export function setEntry(a: Matrix<FloatArray>, i: number, j: number, value: number): void {
  a.data[a.offset + i * a.rowStride + j * a.columnStride] = value;
}

/** Row i, of length `columns`, as a view when it is contiguous, as a copy otherwise. i is not checked. */
export function row(a: Matrix<Float64Array>, i: number): Float64Array {
  const start = a.offset + i * a.rowStride;
  if (a.columnStride === 1) return a.data.subarray(start, start + a.columns);
  return Float64Array.from({ length: a.columns }, (_, j) => a.data[start + j * a.columnStride]);
}

/** Column j, of length `rows`, as a copy. j is not checked. */
export function column(a: Matrix<Float64Array>, j: number): Float64Array {
  return Float64Array.from({ length: a.rows }, (_, i) => entry(a, i, j));
}

/** A row-major float64 copy. */
export function dense(a: Matrix<FloatArray>): Matrix<Float64Array> {
  const { rows, columns, offset } = a;
  if (a.data instanceof Float64Array && a.columnStride === 1 && a.rowStride === columns) {
    return matrix(rows, columns, a.data.slice(offset, offset + rows * columns));
  }
  const result = matrix(rows, columns);
  for (let i = 0; i < rows; i++) {
    const start = offset + i * a.rowStride;
    for (let j = 0; j < columns; j++) result.data[i * columns + j] = a.data[start + j * a.columnStride];
  }
  return result;
}

/** The sum of the diagonal of a square matrix. */
export function trace(a: Matrix<FloatArray>): number {
  let sum = 0;
  for (let k = 0; k < a.rows; k++) sum += entry(a, k, k);
  return sum;
}

/** Zeros, so many, in the precision of `like`. */
export function zerosLike<T extends FloatArray>(like: T, length: number): T {
  return (like instanceof Float32Array ? new Float32Array(length) : new Float64Array(length)) as T;
}

/** The entries row by row without gaps, copied in their precision. */
export function packed<T extends FloatArray>(a: Matrix<T>): T {
  const length = a.rows * a.columns;
  const result = zerosLike(a.data, length);
  let next = 0;
  for (let i = 0; i < a.rows; i++) {
    let position = a.offset + i * a.rowStride;
    for (let j = 0; j < a.columns; j++) {
      result[next++] = a.data[position];
      position += a.columnStride;
    }
  }
  return result;
}

/** The matrix itself where it is row-major without gaps or an offset, else such a copy. */
export function withoutGaps(a: Matrix<Float64Array>): Matrix<Float64Array> {
  const plain = a.offset === 0 && a.columnStride === 1 && a.rowStride === a.columns;
  return plain ? a : dense(a);
}

/** Tiles of this many rows and columns, for the cache. */
const mirrorTile = 32;

/** Copies the strict lower triangle of a square matrix (not checked) onto the upper one, in place. */
export function mirrorLower(a: Matrix<FloatArray>): void {
  for (let i0 = 0; i0 < a.rows; i0 += mirrorTile) {
    const iEnd = Math.min(i0 + mirrorTile, a.rows);
    mirrorBlock(a, i0, iEnd, 0, i0);
    for (let i = i0; i < iEnd; i++) mirrorRow(a, i, i0, i);
  }
}

/** Copies rows i0 … iEnd−1 of columns j0 … jEnd−1, all below the diagonal (not checked), onto their places above it. */
export function mirrorBlock(a: Matrix<FloatArray>, i0: number, iEnd: number, j0: number, jEnd: number): void {
  for (let i = i0; i < iEnd; i += mirrorTile) {
    for (let j = j0; j < jEnd; j += mirrorTile) {
      mirrorSmall(a, i, Math.min(i + mirrorTile, iEnd), j, Math.min(j + mirrorTile, jEnd));
    }
  }
}

/** Four rows at a time, so that four neighbours are written together. */
function mirrorSmall(a: Matrix<FloatArray>, i0: number, iEnd: number, j0: number, jEnd: number): void {
  const { data, offset, rowStride: row, columnStride: column } = a;
  let i = i0;
  for (; i + 4 <= iEnd; i += 4) {
    let source = offset + i * row + j0 * column;
    let target = offset + j0 * row + i * column;
    for (let j = j0; j < jEnd; j++) {
      data[target] = data[source];
      data[target + column] = data[source + row];
      data[target + 2 * column] = data[source + 2 * row];
      data[target + 3 * column] = data[source + 3 * row];
      source += column;
      target += row;
    }
  }
  for (; i < iEnd; i++) mirrorRow(a, i, j0, jEnd);
}

function mirrorRow(
  { data, offset, rowStride, columnStride }: Matrix<FloatArray>,
  i: number,
  j0: number,
  jEnd: number,
) {
  for (let j = j0; j < jEnd; j++) {
    data[offset + j * rowStride + i * columnStride] = data[offset + i * rowStride + j * columnStride];
  }
}
