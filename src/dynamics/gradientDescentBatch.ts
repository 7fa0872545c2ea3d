import { isDefined, type Undefined, zeroGaussNewton } from "../geometry/undefined.ts";
import { batchNoise } from "./batchNoise.ts";
import type { SpectralOptions } from "./leadingMatrix.ts";
import { noisyCurvature } from "./noisyCurvature.ts";
import type { ReducedProblem } from "./reducedProblem.ts";

/** How far below 2/λ₁ the threshold may lie for SGD to count as GD. */
const likeness = 0.01;

const unsettled: Undefined = { undefined: "the iteration ended before it converged" };

/**
 * The smallest batch size with which SGD behaves as GD: η* within 1 % of 2/λ₁; without replacement at most n. Undefined as
 * `stabilityThreshold` is, and where the eigenpair that decides has not converged.
 *
 * λ_max(C^(−½)DC^(−½)) is convex in the strength c of the noise, for D is linear in it, so that from c = 1 on the tangents
 * lead to the smallest batch in a few steps (Newton's method from the right): each rules out all batches below the next
 * (docs/theory.md §10).
 */
export async function gradientDescentBatch(
  problem: ReducedProblem,
  replacement: boolean,
  options: SpectralOptions,
): Promise<number | Undefined> {
  const { samples, rank } = problem;
  if (rank === 0) return zeroGaussNewton;
  const target = 1 / (1 - likeness);
  let batchSize = 1;
  for (;;) {
    const noise = batchNoise(samples, { batchSize, replacement });
    if (noise === 0) return batchSize;
    const curvature = await noisyCurvature(problem, noise, options);
    if (!isDefined(curvature)) return curvature;
    if (curvature.value <= target) return curvature.converged ? batchSize : unsettled;
    const slope = (curvature.value - curvature.drift) / noise;
    const tangent = noise - (curvature.value - target) / slope;
    const least = replacement ? 1 / tangent : samples / (1 + tangent * (samples - 1));
    batchSize = Math.max(batchSize + 1, Math.ceil(least * (1 - 1e-12)));
  }
}
