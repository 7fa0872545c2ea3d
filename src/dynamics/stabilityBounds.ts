/** Upper bounds of the stability threshold η* that cost no eigenproblem. */
import type { Alignment } from "../geometry/alignment.ts";
import { isDefined, type Undefined, zeroGaussNewton } from "../geometry/undefined.ts";
import { type BatchDraw, batchNoise } from "./batchNoise.ts";
import type { ReducedProblem } from "./reducedProblem.ts";

const noNoise: Undefined = { undefined: "there is no noise: every batch gives the full gradient" };

/**
 * √(1/(c·μ))/‖G‖_F: where the loss alignment is at least μ around a global minimum, SGD with a larger learning rate escapes
 * exponentially fast [WWS; docs/theory.md §4]. μ is that of the covariance at a point close to the minimum; at the minimum it is
 * 0/0. Undefined without noise, where μ is undefined or 0, and where G = 0. Throws as `batchNoise` does.
 */
export function alignmentBound(
  { samples, eigenvalues }: ReducedProblem,
  draw: BatchDraw,
  alignment: Alignment | Undefined,
): number | Undefined {
  const noise = batchNoise(samples, draw);
  if (noise === 0) return noNoise;
  if (!isDefined(alignment)) return alignment;
  if (eigenvalues.length === 0) return zeroGaussNewton;
  if (alignment.covariance === 0) return { undefined: "the noise does not raise the loss: μ = 0" };
  return 1 / Math.sqrt(noise * alignment.covariance) / eigenvalues[0] / relativeNorm(eigenvalues);
}

/** Upper bounds of η*, in units of 1/G, that need no eigenproblem of second moments. [MM]; docs/theory.md §10. */
export interface NecessaryConditions {
  /** From M = v₁v₁ᵀ: tight where a few samples make the sharpest direction. */
  readonly sharpestDirection: number;
  /** From M = I: tight where the samples are much alike in size and unlike in direction. */
  readonly isotropic: number;
}

/**
 * The two necessary conditions η* ≤ … of [MM, the proposition on necessary conditions], c their p:
 * 2λ₁/(λ₁² + (c/n) Σ (v₁ᵀH_iv₁ − λ₁)²) and 2·Tr G/((1−c)‖G‖_F² + (c/n) Σ ‖H_i‖_F²). With replacement c = 1/B by the same
 * proof: both are 2⟨M, CM⟩/⟨M, DM⟩ at one M, of which η* is the minimum (docs/theory.md §10). Undefined where G = 0. Throws as
 * `batchNoise` does.
 */
export function necessaryConditions(
  problem: ReducedProblem,
  draw: BatchDraw,
): NecessaryConditions | Undefined {
  const { samples, outputs, rank, eigenvalues, rows } = problem;
  const noise = batchNoise(samples, draw);
  if (rank === 0) return zeroGaussNewton;
  const sharpest = eigenvalues[0];
  let spread = 0;
  let squares = 0;
  for (let i = 0; i < samples; i++) {
    let along = 0;
    for (let a = i * outputs; a < (i + 1) * outputs; a++) {
      along += (rows.data[a * rank] / sharpest) * rows.data[a * rank];
      for (let b = i * outputs; b < (i + 1) * outputs; b++) {
        let product = 0;
        for (let k = 0; k < rank; k++)
          product += (rows.data[a * rank + k] / sharpest) * rows.data[b * rank + k];
        squares += product * product;
      }
    }
    spread += (along - 1) ** 2;
  }
  const trace = eigenvalues.reduce((sum, value) => sum + value / sharpest, 0);
  const drift = (1 - noise) * relativeNorm(eigenvalues) ** 2;
  return {
    sharpestDirection: 2 / (1 + (noise / samples) * spread) / sharpest,
    isotropic: (2 * trace) / (drift + (noise / samples) * squares) / sharpest,
  };
}

/** ‖G‖_F/λ₁. */
function relativeNorm(eigenvalues: Float64Array): number {
  return Math.sqrt(eigenvalues.reduce((sum, value) => sum + (value / eigenvalues[0]) ** 2, 0));
}
