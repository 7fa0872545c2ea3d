import type { FloatArray, Matrix } from "../../../linalg/matrix.ts";
import { addProducts, type GramContext, type ProductSpace, wantedColumns } from "./part.ts";

/**
 * gram ← gram + Σ A·Aᵀ of matrices of n·C rows, or with `split` the part of it off the diagonal. Sums of one part are in the
 * network's precision.
 */
export function rowProducts(
  gram: Matrix<Float64Array>,
  space: ProductSpace,
  split: number | undefined,
  { outputs, kernels, precision }: GramContext,
) {
  const { data, rows, columns } = gram;
  const first = split && split * outputs;
  const own = precision === "float64" ? data : space.array("right", rows * columns);
  let beta: 0 | 1 = precision === "float64" ? 1 : 0;
  return {
    add(a: Matrix<FloatArray>): void {
      addProducts<FloatArray>(a, beta, own, kernels, first);
      beta = 1;
    },
    finish(): void {
      if (own === data) return;
      for (let row = 0; row < rows; row++) {
        const end = row * columns + wantedColumns(row, columns, split);
        for (let k = row * columns; k < end; k++) data[k] += own[k];
      }
    },
  };
}
