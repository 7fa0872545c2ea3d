/** Symmetric eigenproblems by LAPACK's divide and conquer (`dsyevd`: LAPACK Users' Guide, 3rd ed., §2.4.4). */
import { type Matrix, matrix, type SymmetricMatrix, transpose } from "../matrix.ts";
import type { SymmetricEigen } from "./kernels.ts";
import type { NativeRoutines } from "./nativeBinding.ts";
import type { PreparedCall } from "./nativeProducts.ts";

const letter = (text: string) => Uint8Array.of(text.charCodeAt(0));
const job = { values: letter("N"), vectors: letter("V") };
const triangle = { lower: letter("L"), upper: letter("U") };

/** Beyond this LAPACK's workspace of 1 + 6n + 2n² doubles no longer fits its 32-bit integers. */
const largestOrder = 32766;

export interface PreparedEigen {
  /** Undefined when there is nothing to compute. */
  readonly call: PreparedCall | undefined;
  /** To be asked for after the call. Throws an Error when LAPACK did not converge. */
  result(): SymmetricEigen;
}

/**
 * The LAPACK call for the eigenvalues of `a` (n×n, only the lower triangle read) and, if `vectors`, its
 * eigenvectors; without, `result().vectors` has no columns. Throws a RangeError when `a` is not square, has NaN or
 * Inf in its lower triangle, or n > 32766.
 */
export function prepareEigen(routines: NativeRoutines, a: SymmetricMatrix, vectors: boolean): PreparedEigen {
  const n = a.rows;
  if (a.columns !== n)
    throw new RangeError(`symmetricEigen: expected a square matrix, got ${n}×${a.columns}`);
  if (n > largestOrder) {
    throw new RangeError(`symmetricEigen: expected an order of at most ${largestOrder}, got ${n}×${n}`);
  }
  const work = copyTriangle(a);
  const values = new Float64Array(n);
  const info = new Int32Array(1);
  const result = () => {
    if (info[0] !== 0)
      throw new Error(`symmetricEigen: LAPACK dsyevd on ${n}×${n} failed with info = ${info[0]}`);
    return { values, vectors: vectors ? transpose(work.columns) : matrix(n, 0) };
  };
  if (n === 0) return { call: undefined, result };

  const order = Int32Array.of(n);
  const head = [vectors ? job.vectors : job.values, work.triangle, order, work.columns.data, order, values];
  const query = { work: new Float64Array(1), integers: new Int32Array(1), asked: Int32Array.of(-1) };
  routines.syevd(...head, query.work, query.asked, query.integers, query.asked, info, 1, 1);
  if (info[0] !== 0)
    throw new Error(`symmetricEigen: LAPACK dsyevd workspace query failed with info = ${info[0]}`);
  const length = query.work[0];
  const integerLength = query.integers[0];
  const tail = [
    new Float64Array(length),
    Int32Array.of(length),
    new Int32Array(integerLength),
    Int32Array.of(integerLength),
    info,
    1,
    1,
  ];
  // 4n³/3 to tridiagonal form; about 4n³ more with the vectors.
  const flops = (vectors ? 16 / 3 : 4 / 3) * n ** 3;
  return { call: { routine: routines.syevd, values: [...head, ...tail], flops }, result };
}

/**
 * Copies the lower triangle in the order in which `a` lies in memory. A row-major lower triangle is, read by
 * columns, the upper triangle of the transpose; LAPACK takes either. `columns` holds column j as its row j.
 */
function copyTriangle(a: SymmetricMatrix): { columns: Matrix<Float64Array>; triangle: Uint8Array } {
  const n = a.rows;
  const byRows = Math.abs(a.columnStride) <= Math.abs(a.rowStride);
  const columns = matrix(n, n);
  for (let line = 0; line < n; line++) {
    const [from, to] = byRows ? [0, line + 1] : [line, n];
    const start = a.offset + line * (byRows ? a.rowStride : a.columnStride);
    const step = byRows ? a.columnStride : a.rowStride;
    for (let k = from; k < to; k++) {
      const value = a.data[start + k * step];
      // Also undefined, where the view leaves its array.
      if (!Number.isFinite(value)) {
        const [i, j] = byRows ? [line, k] : [k, line];
        throw new RangeError(
          `symmetricEigen: expected finite elements, got ${value} at (${i},${j}) of ${n}×${n}`,
        );
      }
      columns.data[line * n + k] = value;
    }
  }
  return { columns, triangle: byRows ? triangle.upper : triangle.lower };
}
