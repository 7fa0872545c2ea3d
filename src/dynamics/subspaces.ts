import type { GaussNewtonSpectrum } from "../geometry/spectrum.ts";
import type { Kernels } from "../linalg/kernels/kernels.ts";
import { entry, type Matrix, matrix } from "../linalg/matrix.ts";
import { appendRandom, orthonormalBasis } from "../linalg/orthonormalBasis.ts";
import type { Linearization } from "../models/linearization.ts";
import type { RandomStream } from "../random/stream.ts";

/**
 * Images J v_j = √(nλ_j)·u_j of `count` eigenvectors of G from the one at index `first` on, sharpest first: n·C × count, fewer
 * where the rank ends (docs/theory.md §2). `samples` is n.
 */
export function eigenImages(
  { eigenvalues, vectors }: GaussNewtonSpectrum,
  samples: number,
  first: number,
  count: number,
): Matrix<Float64Array> {
  const images = matrix(vectors.rows, Math.max(Math.min(count, eigenvalues.length - first), 0));
  for (let j = 0; j < images.columns; j++) {
    const length = Math.sqrt(samples) * Math.sqrt(eigenvalues[first + j]);
    for (let i = 0; i < images.rows; i++) {
      images.data[i * images.columns + j] = length * entry(vectors, i, first + j);
    }
  }
  return images;
}

/**
 * Images of an orthonormal basis of a random subspace of `count` ≤ p dimensions, one product with J each: n·C × count. Throws a
 * RangeError on a larger count.
 */
export async function randomImages(
  linearization: Linearization,
  count: number,
  stream: RandomStream,
  kernels: Kernels,
): Promise<Matrix<Float64Array>> {
  const { parameters, residuals } = linearization;
  if (count > parameters) {
    throw new RangeError(`count: expected at most the ${parameters} dimensions there are, got ${count}`);
  }
  const basis = orthonormalBasis(parameters, count, kernels);
  const images = matrix(residuals.length, count);
  for (let j = 0; j < count; j++) {
    appendRandom(basis, parameters, stream);
    const image = await linearization.jvp(basis.vector(j));
    for (let i = 0; i < image.length; i++) images.data[i * count + j] = image[i];
  }
  return images;
}
