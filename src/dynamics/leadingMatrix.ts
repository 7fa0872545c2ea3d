import type { Undefined } from "../geometry/undefined.ts";
import type { Kernels } from "../linalg/kernels/kernels.ts";
import { lanczos } from "../linalg/lanczos.ts";
import { type Matrix, matrix } from "../linalg/matrix.ts";
import { packedLength, packSymmetric, unpackSymmetric } from "../linalg/packedSymmetric.ts";
import { createStream } from "../random/index.ts";

/** Largest r: at it eleven r×r matrices, fewer than which Lanczos does not work with, take 0.8 GB. */
const largestRank = 4096;

/** When an iteration on maps of second moments ends. */
export interface SpectralOptions {
  readonly kernels: Kernels;
  /** An eigenpair has converged when its residual is at most this part of the map's size; 1e-11 by default. */
  readonly tolerance?: number | undefined;
  /** Applications of the map after which the pair at hand is returned; 300 by default. */
  readonly maxProducts?: number | undefined;
  /** Looked at before every application; when it is aborted, its reason is thrown. */
  readonly signal?: AbortSignal | undefined;
}

export interface LeadingOptions extends SpectralOptions {
  /** Where Lanczos starts; I by default. */
  readonly start?: Matrix<Float64Array>;
  /** Size of terms of T that cancel: Lanczos sees T + cancelling·I, the rounding of which is as small as its size suggests. */
  readonly cancelling?: number;
}

export interface LeadingMatrix {
  readonly value: number;
  /** ‖T(M) − value·M‖_F: an eigenvalue of T lies within it of `value`, which is itself never above the largest. */
  readonly residual: number;
  readonly converged: boolean;
  /** M, symmetric with ‖M‖_F = 1 and Tr M ≥ 0. */
  readonly matrix: Matrix<Float64Array>;
  /** How far M is off in ‖·‖_F: the residual over the distance to the next eigenvalue, as far as that is known. */
  readonly matrixError: number;
  readonly products: number;
}

/**
 * Largest eigenvalue of a linear map T on symmetric r×r matrices that is self-adjoint in Tr AB and keeps positive
 * semi-definite matrices so, by Lanczos from M = I. Such a T has its spectral radius as an eigenvalue, with a positive
 * semi-definite eigenvector; I is never orthogonal to it, and at an angle with a cosine of at least 1/√r. Where several
 * eigenvectors share the eigenvalue, M is the part of I in their span.
 */
export async function leadingMatrix(
  rank: number,
  map: (m: Matrix<Float64Array>) => Promise<Matrix<Float64Array>>,
  options: LeadingOptions,
): Promise<LeadingMatrix> {
  const { kernels, signal, tolerance = 1e-11, maxProducts = 300, cancelling = 0 } = options;
  const argument = matrix(rank, rank);
  const { largest, nextLargest, products } = await lanczos(
    {
      size: packedLength(rank),
      async apply(packed) {
        unpackSymmetric(packed, argument);
        const image = packSymmetric(await map(argument));
        for (let i = 0; i < image.length; i++) image[i] += cancelling * packed[i];
        return image;
      },
    },
    {
      kernels,
      signal,
      tolerance,
      maxProducts,
      largest: 1,
      start: packSymmetric(options.start ?? identity(rank)),
      // one pair from one start: nothing is drawn
      random: createStream(0),
    },
  );
  const { vector, residual, converged } = largest[0];
  let trace = 0;
  for (let k = 0, diagonal = 0; k < rank; diagonal += ++k + 1) trace += vector[diagonal];
  const result = matrix(rank, rank);
  unpackSymmetric(trace < 0 ? vector.map((entry) => -entry) : vector, result);
  const gap = largest[0].value - (nextLargest ?? cancelling);
  const matrixError = residual === 0 ? 0 : Math.min(1, residual / Math.max(gap, residual));
  return { value: largest[0].value - cancelling, residual, converged, matrix: result, matrixError, products };
}

/** The r×r identity. */
export function identity(size: number): Matrix<Float64Array> {
  const result = matrix(size, size);
  for (let i = 0; i < size; i++) result.data[i * size + i] = 1;
  return result;
}

/** The reason, where matrices of this rank are too large to work with. */
export function tooLarge(rank: number): Undefined | undefined {
  if (rank <= largestRank) return undefined;
  return {
    undefined: `exact second moments are ${rank}×${rank} matrices, more than ${largestRank}; use fewer samples`,
  };
}
