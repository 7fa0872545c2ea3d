import { isDefined, type Undefined, zeroGaussNewton } from "../geometry/undefined.ts";
import { type Matrix, matrix } from "../linalg/matrix.ts";
import { type BatchDraw, batchNoise } from "./batchNoise.ts";
import { type LeadingMatrix, leadingMatrix, type SpectralOptions, tooLarge } from "./leadingMatrix.ts";
import type { ReducedProblem } from "./reducedProblem.ts";
import { sampleCurvature } from "./sampleCurvature.ts";

/** The largest learning rate that is stable in the mean square, in units of 1/G. [MM]; docs/theory.md §5, §10. */
export interface StabilityThreshold {
  /** η*: below it E‖w‖² falls to 0 along the directions that the model feels, above it grows without bound. */
  readonly value: number;
  /** By how much η* may be smaller than `value`, by the residual of the eigenpair; 0 where there is a closed form. */
  readonly error: number;
  readonly converged: boolean;
  /** Applications of C^(−½)DC^(−½). */
  readonly products: number;
}

/**
 * The largest learning rate at which SGD is stable near an interpolating minimum in mean square, exactly [MM, Theorem 3]:
 * η* = 2/λ_max(C^(−½)DC^(−½)), C = (G⊗I + I⊗G)/2 and D M = (1−c)·GMG + c·(1/n) Σ H_iMH_i, c as in `batchNoise`. Without
 * noise 2/λ₁, that of GD. Undefined where G = 0 or, with noise, its rank is over 4,096. Throws a RangeError on a batch size
 * that does not fit, and the signal's reason.
 */
export async function stabilityThreshold(
  problem: ReducedProblem,
  draw: BatchDraw,
  options: SpectralOptions,
): Promise<StabilityThreshold | Undefined> {
  const noise = batchNoise(problem.samples, draw);
  const limit = gradientDescentThreshold(problem);
  if (!isDefined(limit)) return limit;
  if (noise === 0) return { value: limit, error: 0, converged: true, products: 0 };
  const curvature = await noisyCurvature(problem, noise, options);
  if (!isDefined(curvature)) return curvature;
  const { value, residual, converged, products } = curvature;
  // in units of λ₁: 2/(value + residual) is how low it may be
  return {
    value: limit / value,
    error: ((limit / value) * residual) / (value + residual),
    converged,
    products,
  };
}

/** 2/λ₁, above which GD leaves the minimum. docs/theory.md §5. Undefined where G = 0. */
export function gradientDescentThreshold({ eigenvalues }: ReducedProblem): number | Undefined {
  return eigenvalues.length === 0 ? zeroGaussNewton : 2 / eigenvalues[0];
}

/** λ_max(C^(−½)DC^(−½))/λ₁ with its eigenvector C^(½)M: what stands for λ₁ under noise of strength c in (0, 1]. */
export async function noisyCurvature(
  problem: ReducedProblem,
  noise: number,
  options: SpectralOptions,
): Promise<LeadingMatrix | Undefined> {
  const { rank, eigenvalues } = problem;
  const large = tooLarge(rank);
  if (large) return large;
  const kicks = sampleCurvature(problem, 1 / eigenvalues[0], options.kernels);
  const scales = harmonicScales(eigenvalues);
  const scaled = matrix(rank, rank);
  const result = matrix(rank, rank);
  const map = async (m: Matrix<Float64Array>): Promise<Matrix<Float64Array>> => {
    for (let i = 0; i < scaled.data.length; i++) scaled.data[i] = scales.data[i] * m.data[i];
    const kicked = await kicks(scaled);
    for (let i = 0, position = 0; i < rank; i++) {
      const sharpness = (1 - noise) * (eigenvalues[i] / eigenvalues[0]);
      for (let j = 0; j < rank; j++, position++) {
        const drift = sharpness * (eigenvalues[j] / eigenvalues[0]) * scaled.data[position];
        result.data[position] = scales.data[position] * (drift + noise * kicked.data[position]);
      }
    }
    return result;
  };
  return leadingMatrix(rank, map, options);
}

/** Entries ((λ_i + λ_j)/2λ₁)^(−½): C^(−½) in units of λ₁, which acts on the entries of M one by one. */
export function harmonicScales(eigenvalues: Float64Array): Matrix<Float64Array> {
  const rank = eigenvalues.length;
  const result = matrix(rank, rank);
  for (let i = 0; i < rank; i++) {
    for (let j = 0; j < rank; j++) {
      result.data[i * rank + j] = Math.sqrt(2 / ((eigenvalues[i] + eigenvalues[j]) / eigenvalues[0]));
    }
  }
  return result;
}
