import type { Kernels } from "../linalg/kernels/kernels.ts";
import { type Matrix, matrix, setEntry } from "../linalg/matrix.ts";
import type { RandomStream } from "../random/stream.ts";
import { squaredNorm } from "./perSample.ts";
import type { GeometryPoint } from "./point.ts";

/** The part of the eigendecomposition of G that carries it: eigenvalues that are zero to rounding are left out. */
export interface GaussNewtonSpectrum {
  /** λ_k of G, descending, in loss over parameter². */
  readonly eigenvalues: Float64Array;
  /**
   * n·C × as many as there are eigenvalues. Column k is u_k ∈ R^{n·C}, the unit eigenvector of K; G's own is
   * v_k = Jᵀu_k/√(nλ_k), and J v_k ∝ u_k.
   */
  readonly vectors: Matrix<Float64Array>;
}

/**
 * Spectrum of G from K: the nonzero eigenvalues of G are those of K/n (docs/theory.md §2). Eigenvalues up to
 * n·C·ε·λ₁ (ε = 2⁻⁵², the rounding of K itself) count as zero. Costs (n·C)³.
 */
export async function gaussNewtonSpectrum(
  point: GeometryPoint,
  kernels: Kernels,
): Promise<GaussNewtonSpectrum> {
  const { values, vectors } = await kernels.background.symmetricEigen(point.gram);
  const size = values.length;
  const rank = numericalRank(values);
  const eigenvalues = Float64Array.from(
    { length: rank },
    (_, k) => (values[size - 1 - k] / point.samples) * point.gramScale,
  );
  const { offset, columnStride } = vectors;
  const descending = {
    ...vectors,
    columns: rank,
    offset: offset + (size - 1) * columnStride,
    columnStride: -columnStride,
  };
  if (point.lossKind !== "mse") refineSmallRows(descending, point.gram, values, kernels);
  return { eigenvalues, vectors: descending };
}

/**
 * An eigensolver leaves rounding of one size in all of u_k, but the rows of a whitened Jacobian are of very different
 * sizes, and the residuals of the small ones are large. Where a row of K is shorter than the eigenvalue, its entry of
 * K·u_k/λ_k is the same number with less rounding.
 */
export function refineSmallRows(
  vectors: Matrix<Float64Array>,
  gram: Matrix<Float64Array>,
  ascending: Float64Array,
  kernels: Kernels,
): void {
  const { rows: size, columns: rank } = vectors;
  const images = matrix(size, rank);
  kernels.gemm(1, gram, vectors, 0, images);
  for (let i = 0; i < size; i++) {
    const length = Math.sqrt(squaredNorm(gram.data.subarray(i * size, (i + 1) * size)));
    for (let k = 0; k < rank; k++) {
      const value = ascending[ascending.length - 1 - k];
      if (length < value) setEntry(vectors, i, k, images.data[i * rank + k] / value);
    }
  }
}

/** How many of the ascending `values` of a positive semi-definite matrix are nonzero beyond its rounding. */
export function numericalRank(values: Float64Array): number {
  const size = values.length;
  const threshold = size * Number.EPSILON * Math.max(values[size - 1] ?? 0, 0);
  let rank = 0;
  while (rank < size && values[size - 1 - rank] > threshold) rank++;
  return rank;
}

/**
 * Images z = J v of `count` directions drawn uniformly from the unit sphere of parameter space (up to a positive
 * factor each, which `directionalAlignments` ignores), as columns of an n·C × count matrix. With v Gaussian z ~ N(0, K),
 * so K's eigenvectors suffice and nothing of length p is drawn.
 */
export function randomDirectionImages(
  spectrum: GaussNewtonSpectrum,
  count: number,
  stream: RandomStream,
  kernels: Kernels,
): Matrix<Float64Array> {
  const rank = spectrum.eigenvalues.length;
  const weights = matrix(rank, count);
  const largest = spectrum.eigenvalues[0] ?? 1;
  for (let k = 0; k < rank; k++) {
    const size = Math.sqrt(spectrum.eigenvalues[k] / largest);
    for (let j = 0; j < count; j++) weights.data[k * count + j] = size * stream.gaussian();
  }
  const images = matrix(spectrum.vectors.rows, count);
  kernels.gemm(1, spectrum.vectors, weights, 0, images);
  return images;
}
