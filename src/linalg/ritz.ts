import type { Kernels } from "./kernels/kernels.ts";
import { block, entry, type Matrix, matrix } from "./matrix.ts";

/** How many eigenpairs are wanted from each end of the spectrum. */
export interface Ends {
  readonly largest: number;
  readonly smallest: number;
}

/** The eigenpairs of VᵀAV: approximations of A's from the span of V. */
export interface RitzPairs {
  /** θ_k, ascending. */
  readonly values: Float64Array;
  /** Column k holds the coordinates in V of the k-th vector y_k. */
  readonly vectors: Matrix<Float64Array>;
  /** ‖A y_k − θ_k y_k‖, but for what was dropped at earlier restarts. */
  readonly residuals: Float64Array;
}

/**
 * Ritz pairs of the leading `count` rows and columns of VᵀAV, where A v_{count−1} sticks out of the span of V by a
 * vector of length `remainder`, and the other A v_k do not.
 */
export function ritzPairs(
  projected: Matrix<Float64Array>,
  count: number,
  remainder: number,
  kernels: Kernels,
): RitzPairs {
  const { values, vectors } = kernels.symmetricEigen(block(projected, 0, 0, count, count));
  const residuals = Float64Array.from(values, (_, k) => remainder * Math.abs(entry(vectors, count - 1, k)));
  return { values, vectors, residuals };
}

/** Positions of the wanted pairs among `count` ascending ones, each once, ascending. */
export function wantedPositions(count: number, { largest, smallest }: Ends): readonly number[] {
  return Array.from({ length: count }, (_, k) => k).filter((k) => k < smallest || k >= count - largest);
}

/** The columns at these positions, as a matrix of their own. */
export function columnsAt(vectors: Matrix<Float64Array>, positions: readonly number[]): Matrix<Float64Array> {
  const result = matrix(vectors.rows, positions.length);
  for (let i = 0; i < vectors.rows; i++) {
    for (const [j, k] of positions.entries()) result.data[i * positions.length + j] = entry(vectors, i, k);
  }
  return result;
}
