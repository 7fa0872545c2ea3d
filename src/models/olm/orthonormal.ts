import type { Kernels } from "../../linalg/kernels/kernels.ts";
import { entry, type Matrix, matrix, setEntry, transpose } from "../../linalg/matrix.ts";
import type { RandomStream } from "../../random/stream.ts";
import { innerProducts } from "../innerProducts.ts";

/**
 * A uniformly (Haar) distributed rows×columns matrix Q with QᵀQ = I: the polar factor Z(ZᵀZ)^{−1/2} of a Gaussian Z
 * (Chikuse, "Statistics on special manifolds", theorem 2.2.1). Throws a RangeError unless rows ≥ columns.
 */
export function randomOrthonormal(
  rows: number,
  columns: number,
  stream: RandomStream,
  kernels: Kernels,
): Matrix<Float64Array> {
  if (rows < columns)
    throw new RangeError(`orthonormal columns: expected at least ${columns} rows, got ${rows}`);
  const gaussian = matrix(rows, columns, stream.gaussians(new Float64Array(rows * columns)));
  // The first pass loses digits with the condition number of ZᵀZ, about columns² at worst; the second sees QᵀQ ≈ I.
  return polarFactor(polarFactor(gaussian, kernels), kernels);
}

/** Z(ZᵀZ)^{−1/2} through the eigen-decomposition of ZᵀZ. */
function polarFactor(z: Matrix<Float64Array>, kernels: Kernels): Matrix<Float64Array> {
  const size = z.columns;
  const { values, vectors } = kernels.symmetricEigen(innerProducts(transpose(z), kernels));
  const scaled = matrix(size, size);
  for (let i = 0; i < size; i++) {
    for (let k = 0; k < size; k++) setEntry(scaled, i, k, entry(vectors, i, k) / Math.sqrt(values[k]));
  }
  const inverseRoot = matrix(size, size);
  kernels.gemm(1, scaled, transpose(vectors), 0, inverseRoot);
  const factor = matrix(z.rows, size);
  kernels.gemm(1, z, inverseRoot, 0, factor);
  return factor;
}
