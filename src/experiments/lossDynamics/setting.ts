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
}

export const sizes: Record<Scale, Sizes> = {
  quick: { dimension: 12, samples: 40, width: 16, seeds: 20, batches: 100, batchSizes: [1, 8, 32] },
  paper: { dimension: 32, samples: 128, width: 32, seeds: 50, batches: 400, batchSizes: [1, 4, 16, 64, 112] },
};

/** η·λ₁(G) at which the batch size is varied: small enough for the second order of any model. */
export const smallRate = 0.01;
/** η·λ₁(G), ascending; gradient descent is unstable beyond 2. */
export const rates: readonly number[] = [smallRate, 0.1, 0.4, 1, 2.5];

/** The draw at which η is varied. */
export function drawOfRates({ batchSizes }: Sizes): BatchDraw {
  return { batchSize: batchSizes[1], replacement: true };
}
