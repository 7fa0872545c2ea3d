import type { BatchDraw } from "../../dynamics/batchNoise.ts";
import type { Scale } from "../experiment.ts";

/** How much is measured: everything that a test may shrink. */
export interface Sizes {
  readonly seeds: number;
  /** Runs of a population that stands for an expectation, and the steps over which its growth is measured. */
  readonly population: { readonly runs: number; readonly steps: number };
  /** Single runs, and their steps. */
  readonly single: { readonly runs: number; readonly steps: number };
  /** Runs of the network itself. */
  readonly network: { readonly runs: number; readonly steps: number };
}

export const sizes: Record<Scale, Sizes> = {
  quick: {
    seeds: 20,
    population: { runs: 400, steps: 25 },
    single: { runs: 40, steps: 150 },
    network: { runs: 8, steps: 60 },
  },
  paper: {
    seeds: 50,
    population: { runs: 2000, steps: 100 },
    single: { runs: 1000, steps: 1000 },
    network: { runs: 50, steps: 200 },
  },
};

/** Batches whose runs are simulated, by the name they have in a figure. */
export const draws: ReadonlyMap<string, BatchDraw> = new Map([
  ["B = 1", { batchSize: 1, replacement: true }],
  ["B = 4", { batchSize: 4, replacement: true }],
  ["B = 4, without replacement", { batchSize: 4, replacement: false }],
]);

/** η/η* of the runs. */
export const factors = [0.8, 0.95, 1.05, 1.2, 1.4, 1.8] as const;
export const justBelow = 0.95;
export const justAbove = 1.05;
/** At which the network itself runs. */
export const networkFactors: readonly number[] = [justBelow, 1.2];
/** A run leaves when wᵀMw, M the second moment that grows at rate ρ, is so many times that of its start. */
export const leavingFactor = 100;
/** Steps between two looks at a single run. */
export const stride = 10;
/** Loss from which the network starts: tiny, and far above the rounding of its residuals. */
export const startLoss = 1e-10;
