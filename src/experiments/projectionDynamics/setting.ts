import type { BatchDraw } from "../../dynamics/batchNoise.ts";
import type { Scale } from "../experiment.ts";
import type { ProblemSizes } from "../oneStepProblems.ts";

/** How much is measured: everything that a test may shrink. */
export interface Sizes extends ProblemSizes {
  readonly seeds: number;
  /** Batches drawn for every mean. */
  readonly batches: number;
  /** From 1 to below n, ascending; each with and without replacement. */
  readonly batchSizes: readonly number[];
  /** k: dimensions of the subspaces; G has rank 2k at least. */
  readonly subspace: number;
}

export const sizes: Record<Scale, Sizes> = {
  quick: {
    dimension: 12,
    samples: 40,
    width: 16,
    seeds: 40,
    batches: 400,
    batchSizes: [1, 8, 32],
    subspace: 4,
  },
  paper: {
    dimension: 32,
    samples: 128,
    width: 32,
    seeds: 50,
    batches: 1000,
    batchSizes: [1, 4, 16, 64, 112],
    subspace: 8,
  },
};

/** η·λ₁(G): displacements grow with η² whatever it is. */
export const rate = 1;
/** Single eigen-directions along which the noise is measured too: so many, evenly over the spectrum. */
export const directions = 10;

/** The draw of batches of the single directions. */
export function drawOfDirections({ batchSizes }: Sizes): BatchDraw {
  return { batchSize: batchSizes[1], replacement: true };
}
