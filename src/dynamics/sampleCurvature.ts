import type { Kernels } from "../linalg/kernels/kernels.ts";
import { type Matrix, matrix, mirrorLower, transpose } from "../linalg/matrix.ts";
import type { ReducedProblem } from "./reducedProblem.ts";

/**
 * M ↦ (1/n) Σ_i H_i M H_i with the curvatures of the samples, H_i = `factor`·X_iᵀX_i, on symmetric r×r matrices: for
 * C = 1 the sum of x_i x_iᵀ(x_iᵀMx_i). It costs two products of n·C × r with r×r and n·C²·r besides, and nothing of size r⁴.
 * Each call overwrites the matrix that the one before returned.
 */
export function sampleCurvature(
  { samples, outputs, rank, rows }: ReducedProblem,
  factor: number,
  kernels: Kernels,
): (m: Matrix<Float64Array>) => Promise<Matrix<Float64Array>> {
  const scale = Math.sqrt(factor);
  const x = matrix(
    rows.rows,
    rank,
    rows.data.map((value) => value * scale),
  );
  const images = matrix(rows.rows, rank);
  const weighted = matrix(rows.rows, rank);
  const result = matrix(rank, rank);
  return async (m) => {
    await kernels.background.gemm(1, x, m, 0, images);
    for (let i = 0; i < samples; i++) weighSample(x.data, images.data, i, outputs, rank, weighted.data);
    await kernels.background.gemm(1 / samples, transpose(x), weighted, 0, result);
    mirrorLower(result);
    return result;
  };
}

/** Rows of sample i: weighted ← (X_i M X_iᵀ) X_i, from X and XM. */
function weighSample(
  x: Float64Array,
  images: Float64Array,
  i: number,
  outputs: number,
  rank: number,
  weighted: Float64Array,
): void {
  const first = i * outputs * rank;
  weighted.fill(0, first, first + outputs * rank);
  for (let a = 0; a < outputs; a++) {
    const target = first + a * rank;
    for (let b = 0; b < outputs; b++) {
      const source = first + b * rank;
      let weight = 0;
      for (let k = 0; k < rank; k++) weight += images[target + k] * x[source + k];
      for (let k = 0; k < rank; k++) weighted[target + k] += weight * x[source + k];
    }
  }
}
