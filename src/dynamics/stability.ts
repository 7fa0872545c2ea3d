import { isDefined, type Undefined, zeroGaussNewton } from "../geometry/undefined.ts";
import { type BatchDraw, batchNoise } from "./batchNoise.ts";
import type { SpectralOptions } from "./leadingMatrix.ts";
import { noisyCurvature } from "./noisyCurvature.ts";
import type { ReducedProblem } from "./reducedProblem.ts";

/** The largest learning rate that is stable in the mean square, in units of 1/G. [MM]; docs/theory.md §5, §10. */
export interface StabilityThreshold {
  /** η*: below it E‖w‖² falls to 0 along the directions that the model feels, above it grows without bound. */
  readonly value: number;
  /** By how much η* may be smaller than `value`, by the residual of the eigenvector; 0 where there is a closed form. */
  readonly error: number;
  readonly converged: boolean;
  /** Applications of the map on forms whose largest eigenvalue is 1 at η*, docs/theory.md §10. */
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
