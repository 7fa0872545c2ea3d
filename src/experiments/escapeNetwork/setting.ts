import type { Scale } from "../experiment.ts";

/** How much is measured: everything that a test may shrink. */
export interface Sizes {
  readonly seeds: number;
  /** Of SGD from one minimum: a population. */
  readonly runs: number;
  /** Of GD. */
  readonly descents: number;
  readonly steps: number;
  /** Steps between two looks. */
  readonly stride: number;
  /** Runs that are followed until first order fails, and the most steps of one. */
  readonly followed: { readonly runs: number; readonly steps: number };
}

export const sizes: Record<Scale, Sizes> = {
  quick: { seeds: 20, runs: 128, descents: 8, steps: 40, stride: 5, followed: { runs: 4, steps: 300 } },
  paper: { seeds: 50, runs: 1024, descents: 32, steps: 40, stride: 5, followed: { runs: 16, steps: 1000 } },
};

/** B, with replacement: the most noise there is. */
export const batchSize = 1;
/** η of SGD in units of η*, and of GD in units of 2/λ₁, where its loss grows by (2·1.1 − 1)² = 1.44 a step. */
export const above = { sgd: 1.25, gradientDescent: 1.1 };
/** Expected loss at the start, in units of that of f = 0: so small that growth by 10⁸ leaves it where first order holds. */
export const startLoss = 1e-14;
/** Of the runs that are followed until first order fails: far enough out that single runs grow. */
export const followed = { factor: 1.6, startLoss: 1e-10 };

export const arms = { sgd: "SGD", gradientDescent: "GD above 2/λ₁", sameRate: "GD at SGD's η" } as const;
