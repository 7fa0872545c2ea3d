import type { Kernels } from "../linalg/kernels/kernels.ts";
import { type Matrix, matrix, trace, transpose } from "../linalg/matrix.ts";
import type { Alignment } from "./alignment.ts";
import { requireHarmless } from "./harmlessRange.ts";
import type { Moments } from "./moments.ts";
import type { NoiseSummary } from "./noise.ts";
import { squaredNorm } from "./perSample.ts";
import { largest, powerOfTwoBelow } from "./point.ts";
import { numericalRank } from "./spectrum.ts";
import { flatDirection, type Undefined, zeroGaussNewton, zeroLoss } from "./undefined.ts";

/**
 * Sizes of loss, noise and geometry from p×p moments, in their units: the numbers that `noiseSummary` takes from K.
 * docs/theory.md §1–2.
 */
export function momentSummary(moments: Moments): NoiseSummary {
  return {
    loss: moments.squaredResiduals / (2 * moments.samples),
    gaussNewtonTrace: trace(moments.gaussNewton),
    gaussNewtonFrobenius: Math.sqrt(squaredNorm(moments.gaussNewton.data)),
    noiseTrace: trace(moments.covariance),
    gradientNormSquared: squaredNorm(moments.gradient),
  };
}

/**
 * μ = Tr(ΣG)/(2L‖G‖_F²) from p×p moments, and with Σ₁ = Σ + ∇L∇Lᵀ. Undefined where L = 0 or G = 0.
 * [WW, the definition of μ; docs/theory.md §2]
 */
export function momentLossAlignment(moments: Moments, kernels: Kernels): Alignment | Undefined {
  const { gaussNewton, covariance, gradient, squaredResiduals, samples } = moments;
  if (squaredResiduals === 0) return zeroLoss;
  const geometry = squaredNorm(gaussNewton.data);
  if (geometry === 0) return zeroGaussNewton;
  let product = 0;
  for (let i = 0; i < covariance.data.length; i++) product += covariance.data[i] * gaussNewton.data[i];
  const unit = samples / squaredResiduals / geometry;
  const centred = Math.max(product, 0) * unit;
  return {
    covariance: centred,
    secondMoment: centred + quadraticForm(gaussNewton, gradient, kernels) * unit,
  };
}

/**
 * g(v) and g₁(v) for a direction v of length p, of any scale. Undefined where L = 0 or vᵀGv = 0. Throws a RangeError on
 * another length and on numbers that are not finite. [WW, the definition of g; docs/theory.md §2]
 */
export function momentDirectionalAlignment(
  moments: Moments,
  direction: Float64Array,
  kernels: Kernels,
): Alignment | Undefined {
  const { gaussNewton, covariance, gradient, squaredResiduals, samples } = moments;
  if (squaredResiduals === 0) return zeroLoss;
  const scale = powerOfTwoBelow(largest(direction, "direction"));
  const v = direction.map((value) => value / scale);
  const curvature = quadraticForm(gaussNewton, v, kernels);
  if (!(curvature > 0)) return flatDirection;
  const slope = gradient.reduce((sum, value, k) => sum + value * v[k], 0);
  const unit = samples / squaredResiduals / curvature;
  const centred = Math.max(quadraticForm(covariance, v, kernels), 0) * unit;
  return { covariance: centred, secondMoment: centred + slope * slope * unit };
}

/** The eigenvalues of G and the alignment along its eigenvectors, from p×p moments. */
export interface MomentSpectrum {
  /** λ_k of G, descending, zeros left out. */
  readonly eigenvalues: Float64Array;
  /** g and g₁ along v_k. */
  readonly alignments: readonly (Alignment | Undefined)[];
}

/**
 * The eigenvalues of G (p×p) and g, g₁ along each eigenvector: one eigenproblem of size p. Eigenvalues up to p·ε·λ₁
 * (ε = 2⁻⁵²) count as zero. docs/theory.md §2.
 */
export async function momentSpectrum(moments: Moments, kernels: Kernels): Promise<MomentSpectrum> {
  const { values, vectors } = await kernels.background.symmetricEigen(moments.gaussNewton);
  const rank = numericalRank(values);
  const columns = Array.from({ length: rank }, (_, k) => {
    const start = vectors.offset + (values.length - 1 - k) * vectors.columnStride;
    return Float64Array.from(
      { length: values.length },
      (_, i) => vectors.data[start + i * vectors.rowStride],
    );
  });
  return {
    eigenvalues: values.slice(values.length - rank).reverse(),
    alignments: columns.map((v) => momentDirectionalAlignment(moments, v, kernels)),
  };
}

/**
 * ‖Σ − s·2L·G‖_F/‖s·2L·G‖_F from p×p moments, with s = 1 or 1/C (`perOutput`). Undefined where L = 0 or G = 0.
 * docs/theory.md §8.
 */
export function momentDecouplingDistance(moments: Moments, perOutput = false): number | Undefined {
  const loss = moments.squaredResiduals / moments.samples / (perOutput ? moments.outputs : 1);
  if (loss === 0) return zeroLoss;
  const geometry = squaredNorm(moments.gaussNewton.data);
  if (geometry === 0) return zeroGaussNewton;
  let squares = 0;
  for (let i = 0; i < moments.covariance.data.length; i++) {
    squares += (moments.covariance.data[i] - loss * moments.gaussNewton.data[i]) ** 2;
  }
  return Math.sqrt(squares / geometry) / loss;
}

/**
 * Extremes of μ over the residuals that a linear model of one output can realise, r = Xδ, from p×p matrices: the generalised
 * eigenvalues of N against G·‖G‖_F² with N = (1/n) Σ (x_iᵀGx_i) x_i x_iᵀ − G³ (docs/theory.md §8, the p×p side).
 * `weighted` is (1/n) Σ (x_iᵀGx_i) x_i x_iᵀ, from a second sweep over the data. Undefined where G = 0. Throws a RangeError
 * where `weighted` is not p×p, and where the largest entry of G lies outside 2^±300 (about 1e±90): divide the inputs by a power of
 * two, on which the extremes do not depend.
 */
export async function realisableExtremes(
  gaussNewton: Matrix<Float64Array>,
  weighted: Matrix<Float64Array>,
  kernels: Kernels,
): Promise<{ readonly min: number; readonly max: number } | Undefined> {
  const size = gaussNewton.rows;
  const most = largest(gaussNewton.data, "G");
  if (most === 0) return zeroGaussNewton;
  const advice = "divide the inputs by a power of two: the extremes do not depend on it";
  requireHarmless("G", "a largest entry", most, advice);
  const geometry = squaredNorm(gaussNewton.data);
  const { values, vectors } = await kernels.background.symmetricEigen(gaussNewton);
  const rank = numericalRank(values);
  const whitening = matrix(size, rank);
  for (let i = 0; i < size; i++) {
    for (let k = 0; k < rank; k++) {
      const source = size - 1 - k;
      const v = vectors.data[vectors.offset + i * vectors.rowStride + source * vectors.columnStride];
      whitening.data[i * rank + k] = v / Math.sqrt(values[source]);
    }
  }
  const half = matrix(size, rank);
  kernels.gemm(1, weighted, whitening, 0, half);
  const form = matrix(rank, rank);
  kernels.gemm(1, transpose(whitening), half, 0, form);
  for (let k = 0; k < rank; k++) form.data[k * rank + k] -= values[size - 1 - k] ** 2;
  const extremes = kernels.symmetricEigenvalues(form);
  return { min: Math.max(extremes[0], 0) / geometry, max: extremes[rank - 1] / geometry };
}

function quadraticForm(a: Matrix<Float64Array>, v: Float64Array, kernels: Kernels): number {
  const image = new Float64Array(v.length);
  kernels.gemv(1, a, v, 0, image);
  let sum = 0;
  for (let i = 0; i < v.length; i++) sum += image[i] * v[i];
  return sum;
}
