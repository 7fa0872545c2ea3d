import type { Kernels } from "./kernels/kernels.ts";
import { block, type Matrix, matrix, transpose } from "./matrix.ts";

/** Columns of the basis that are turned at a time: its rows stay where they are, and memory bounded. */
const turnedColumns = 4096;

/** Orthonormal vectors v_0 … v_{count−1} of one length, as rows of one array with room for `capacity`. */
export interface OrthonormalBasis {
  readonly count: number;
  /** v_k as a view. */
  vector(k: number): Float64Array;
  /** w ← (I − VVᵀ)w in place, taken twice so that nothing of V is left beyond rounding; returns the Vᵀw there was. */
  orthogonalise(w: Float64Array): Float64Array;
  /** Appends w/‖w‖, where w is orthogonal to the basis and `length` is ‖w‖ > 0. */
  append(w: Float64Array, length: number): void;
  /** The vectors Σ_k s_kj v_k as rows, for the columns of an orthonormal count × m matrix S. */
  combine(s: Matrix<Float64Array>): Matrix<Float64Array>;
  /** Replaces the basis by those vectors, in place. */
  turn(s: Matrix<Float64Array>): void;
}

/** An empty basis of vectors of length `size`. */
export function orthonormalBasis(size: number, capacity: number, kernels: Kernels): OrthonormalBasis {
  const rows = matrix(capacity, size);
  let count = 0;
  const current = () => block(rows, 0, 0, count, size);

  return {
    get count() {
      return count;
    },
    vector: (k) => rows.data.subarray(k * size, (k + 1) * size),
    orthogonalise(w) {
      const total = new Float64Array(count);
      if (count === 0) return total;
      const part = new Float64Array(count);
      for (let pass = 0; pass < 2; pass++) {
        kernels.gemv(1, current(), w, 0, part);
        kernels.gemv(-1, transpose(current()), part, 1, w);
        for (let k = 0; k < count; k++) total[k] += part[k];
      }
      return total;
    },
    append(w, length) {
      const start = count * size;
      for (let i = 0; i < size; i++) rows.data[start + i] = w[i] / length;
      count++;
    },
    combine(s) {
      const result = matrix(s.columns, size);
      kernels.gemm(1, transpose(s), current(), 0, result);
      return result;
    },
    turn(s) {
      for (let from = 0; from < size; from += turnedColumns) {
        const width = Math.min(turnedColumns, size - from);
        const turned = matrix(s.columns, width);
        kernels.gemm(1, transpose(s), block(rows, 0, from, count, width), 0, turned);
        for (let k = 0; k < s.columns; k++) {
          rows.data.set(turned.data.subarray(k * width, (k + 1) * width), k * size + from);
        }
      }
      count = s.columns;
    },
  };
}

/** Appends a random direction orthogonal to the basis, which must not fill the space yet. */
export function appendRandom(
  basis: OrthonormalBasis,
  size: number,
  random: { gaussians(out: Float64Array): Float64Array },
): void {
  const w = random.gaussians(new Float64Array(size));
  basis.orthogonalise(w);
  const once = norm(w);
  for (let i = 0; i < size; i++) w[i] /= once;
  // where little is left of w, rounding of the basis' size is left with it
  basis.orthogonalise(w);
  basis.append(w, norm(w));
}

/** ‖v‖ without overflow or underflow of the squares. */
export function norm(v: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < v.length; i++) sum += v[i] * v[i];
  if (sum > 1e-200 && sum < 1e300) return Math.sqrt(sum);
  const largest = v.reduce((max, value) => Math.max(max, Math.abs(value)), 0);
  if (largest === 0 || !Number.isFinite(largest)) return largest;
  sum = 0;
  for (let i = 0; i < v.length; i++) sum += (v[i] / largest) ** 2;
  return largest * Math.sqrt(sum);
}
