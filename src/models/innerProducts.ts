import type { Kernels } from "../linalg/kernels/kernels.ts";
import { type Matrix, matrix, mirrorLower, type SymmetricMatrix } from "../linalg/matrix.ts";

/** AAᵀ, the inner products of the rows of A, both triangles filled. */
export function innerProducts(a: Matrix<Float64Array>, kernels: Kernels): SymmetricMatrix {
  const products = matrix(a.rows, a.rows);
  kernels.syrk(1, a, 0, products);
  mirrorLower(products);
  return products;
}
