import type { Kernels } from "../linalg/kernels/kernels.ts";
import { type Matrix, matrix } from "../linalg/matrix.ts";
import { type BatchDraw, batchNoise } from "./batchNoise.ts";
import type { ReducedProblem } from "./reducedProblem.ts";
import { sampleCurvature } from "./sampleCurvature.ts";

/** One step of SGD near a minimum. */
export interface SgdStep extends BatchDraw {
  /** η, in units of 1/λ. */
  readonly learningRate: number;
}

/** Beyond it the squares of what a step multiplies leave float64. */
const largestStep = 1e140;

/** η·λ_k. Throws a RangeError on an η that is negative or NaN, or so large that (ηλ₁)² leaves float64. */
export function stepSizes(eigenvalues: Float64Array, learningRate: number): Float64Array {
  const sizes = eigenvalues.map((value) => learningRate * value);
  if (learningRate >= 0 && (sizes.length === 0 || sizes[0] < largestStep)) return sizes;
  throw new RangeError(
    `learningRate: expected a number from 0 to ${largestStep}/λ₁, λ₁ = ${eigenvalues[0]}, got ${learningRate}`,
  );
}

/**
 * What a step of SGD does to M = E wwᵀ, w = θ − θ* in the eigenbasis, exactly (docs/theory.md §5):
 * M ← (I−ηG)M(I−ηG) + η²c[(1/n) Σ H_iMH_i − GMG] on symmetric r×r matrices, row-major. The map is self-adjoint in Tr AB and
 * keeps positive semi-definite matrices so. Each call overwrites the matrix that the one before returned, and takes any
 * other. Throws a RangeError on a batch or learning rate that makes no sense.
 */
export function secondMomentMap(
  problem: ReducedProblem,
  step: SgdStep,
  kernels: Kernels,
): (m: Matrix<Float64Array>) => Promise<Matrix<Float64Array>> {
  const sizes = stepSizes(problem.eigenvalues, step.learningRate);
  const noise = batchNoise(problem.samples, step);
  const result = matrix(problem.rank, problem.rank);
  if (noise === 0) return async (m) => drift(m, sizes, 0, result);
  const curvature = sampleCurvature(problem, step.learningRate, kernels);
  return async (m) => {
    const kicks = await curvature(m);
    drift(m, sizes, noise, result);
    for (let i = 0; i < result.data.length; i++) result.data[i] += noise * kicks.data[i];
    return result;
  };
}

/** (I−ηG)M(I−ηG) − c·ηG·M·ηG, entry by entry. */
function drift(
  m: Matrix<Float64Array>,
  sizes: Float64Array,
  noise: number,
  result: Matrix<Float64Array>,
): Matrix<Float64Array> {
  const rank = sizes.length;
  for (let i = 0; i < rank; i++) {
    const stay = 1 - sizes[i];
    const kick = noise * sizes[i];
    for (let j = 0; j < rank; j++) {
      result.data[i * rank + j] = (stay * (1 - sizes[j]) - kick * sizes[j]) * m.data[i * rank + j];
    }
  }
  return result;
}
