import { isDefined, type Undefined, zeroGaussNewton } from "../geometry/undefined.ts";
import { type Matrix, matrix } from "../linalg/matrix.ts";
import { batchNoise } from "./batchNoise.ts";
import { clusteredGrowth } from "./clusteredGrowth.ts";
import { leadingMatrix, type SpectralOptions, tooLarge } from "./leadingMatrix.ts";
import { flatOverSharp, lossContributions } from "./lossShares.ts";
import type { ReducedProblem } from "./reducedProblem.ts";
import { type SgdStep, secondMomentMap, stepSizes } from "./secondMoment.ts";

/** Applications of the map itself after which its eigenvalues are taken to be clustered. */
const directProducts = 40;

/** The spectral radius of the map of second moments, with what it grows along. docs/theory.md §10. */
export interface GrowthRate {
  /** ρ: the expected loss is multiplied by it a step, in the long run. */
  readonly value: number;
  /** ‖T(M) − ρM‖_F of the map T: an eigenvalue of it lies within it of `value`, which is itself never above ρ. */
  readonly residual: number;
  readonly converged: boolean;
  /** M that grows at this rate, r×r with ‖M‖_F = 1: what a displacement without a preferred direction turns into. */
  readonly moment: Matrix<Float64Array> | Undefined;
  /** How far M is off in ‖·‖_F, by an estimate. */
  readonly momentError: number;
  /** Applications of the map. */
  readonly products: number;
}

/**
 * Growth rate of the second moment of SGD near a minimum: the spectral radius of `secondMomentMap` (docs/theory.md §5, §10).
 * Undefined where G = 0 or, with noise, its rank is over 4,096. Throws as `secondMomentMap` does, and the signal's reason.
 */
export async function growthRate(
  problem: ReducedProblem,
  step: SgdStep,
  options: SpectralOptions,
): Promise<GrowthRate | Undefined> {
  const { rank } = problem;
  const sizes = stepSizes(problem.eigenvalues, step.learningRate);
  const noise = batchNoise(problem.samples, step);
  if (rank === 0) return zeroGaussNewton;
  if (noise === 0 || step.learningRate === 0) return withoutNoise(problem, sizes);
  const large = tooLarge(rank);
  if (large) return large;
  const map = secondMomentMap(problem, step, options.kernels);
  const cancelling = noise * sizes[0] * sizes[0];
  const { maxProducts = 300 } = options;
  const direct = await leadingMatrix(rank, map, {
    ...options,
    cancelling,
    maxProducts: Math.min(directProducts, maxProducts),
  });
  const found = direct.converged
    ? direct
    : await clusteredGrowth(problem, step, direct, { ...options, maxProducts });
  const { matrix: moment, matrixError, ...pair } = found;
  return { ...pair, moment, momentError: matrixError };
}

/**
 * max (1−ηλ_i)² over the positive ones of the eigenvalues of G, descending: by which GD multiplies the loss a step, in the long
 * run (docs/theory.md §5). Undefined where there is none. Throws a RangeError on an η that is negative, NaN or over 1e140/λ₁.
 */
export function gradientDescentGrowth(eigenvalues: Float64Array, learningRate: number): number | Undefined {
  const sizes = stepSizes(
    eigenvalues.filter((value) => value > 0),
    learningRate,
  );
  if (sizes.length === 0) return zeroGaussNewton;
  return sizes.reduce((max, size) => Math.max(max, (1 - size) ** 2), 0);
}

/** Every entry of M grows by itself, those of the diagonal by (1−ηλ_i)². */
function withoutNoise({ rank, rows }: ReducedProblem, sizes: Float64Array): GrowthRate {
  const stays = sizes.map((size) => Math.abs(1 - size));
  const largest = stays.reduce((max, stay) => Math.max(max, stay), 0);
  const exact = { value: largest ** 2, residual: 0, converged: true, momentError: 0, products: 0 };
  if (sizes[0] === 0) return { ...exact, moment: { undefined: "a learning rate of 0 moves nothing" } };
  const rounding = rows.rows * Number.EPSILON * sizes[0];
  const leading = Array.from(stays.keys()).filter((k) => stays[k] >= largest - rounding);
  const moment = matrix(rank, rank);
  for (const k of leading) moment.data[k * (rank + 1)] = 1 / Math.sqrt(leading.length);
  return { ...exact, moment };
}

/**
 * D_k(∞), the loss of the flat directions over that of the k sharpest in the long run, from where no direction is preferred
 * (docs/theory.md §5, §10). Undefined where the moment is, and where the sharpest k carry nothing, or less than the error of
 * the second moment can tell. Throws as `flatOverSharp` does.
 */
export function limitFlatOverSharp(
  problem: ReducedProblem,
  { moment, momentError }: GrowthRate,
  k: number,
): number | Undefined {
  if (!isDefined(moment)) return moment;
  const shares = lossContributions(problem, moment);
  const ratio = flatOverSharp(shares, k);
  if (!isDefined(ratio) || momentError === 0) return ratio;
  const weights = problem.eigenvalues.map((value) => value / problem.eigenvalues[0]);
  const error = (part: Float64Array) => momentError * Math.sqrt(part.reduce((sum, w) => sum + w * w, 0));
  const sharp = shares.subarray(0, k).reduce((sum, share) => sum + share, 0);
  const relative = error(weights.subarray(0, k)) / sharp;
  const absolute = error(weights.subarray(k)) / sharp + ratio * relative;
  if (relative < 0.1 && absolute <= 1e-3 * ratio + 1e-9) return ratio;
  return {
    undefined: `the second moment is known to ${momentError.toExponential(1)} only, which does not tell what the sharpest ${k} carry`,
  };
}
