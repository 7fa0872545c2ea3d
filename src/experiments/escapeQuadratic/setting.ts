import { type GaussianDesign, isotropic, powerLaw, spiked } from "../../data/designs.ts";
import type { Scale } from "../experiment.ts";

/** How much is measured: everything that a test may shrink. */
export interface Sizes {
  readonly seeds: number;
  /** d */
  readonly dimension: number;
  /** n, above d and below it. */
  readonly samples: { readonly many: number; readonly few: number };
  /** Simulated for every mean, in so many independent populations. */
  readonly trajectories: number;
  readonly populations: number;
  /** Steps at which the means are compared, from 0. */
  readonly times: readonly number[];
  /** Independent trajectories for what is typical, and their steps. */
  readonly single: { readonly trajectories: number; readonly steps: number };
  /** Of GD; its decay is taken over the second half of the steps. */
  readonly descent: { readonly trajectories: number; readonly steps: number };
}

export const sizes: Record<Scale, Sizes> = {
  quick: {
    seeds: 20,
    dimension: 32,
    samples: { many: 128, few: 24 },
    trajectories: 1024,
    populations: 8,
    times: [0, 1, 2, 4, 8, 16, 32],
    single: { trajectories: 64, steps: 200 },
    descent: { trajectories: 256, steps: 200 },
  },
  paper: {
    seeds: 50,
    dimension: 200,
    samples: { many: 400, few: 100 },
    trajectories: 8192,
    populations: 16,
    times: [0, 1, 2, 4, 8, 16, 32, 64],
    single: { trajectories: 256, steps: 400 },
    descent: { trajectories: 1024, steps: 400 },
  },
};

/** η = β√B/‖G‖_F, from which on SGD has to escape for β > 1 where the alignment is 1 [WWS]. Batches with replacement. */
export interface Step {
  readonly beta: number;
  readonly batchSize: number;
}

export const steps: readonly Step[] = [
  { beta: 0.4, batchSize: 1 },
  { beta: 0.8, batchSize: 1 },
  { beta: 1.2, batchSize: 1 },
  { beta: 2, batchSize: 1 },
  { beta: 1.2, batchSize: 4 },
  { beta: 1.2, batchSize: 16 },
];

/** k of the D_k. */
export const sharpest = [1, 5] as const;
/** GD's η, in units of the threshold 2/λ₁. */
export const descentRate = 1.1;
/** Paths that are drawn: of one seed and step, from equal starts for GD and SGD. */
export const paths = { step: steps[2], trajectories: 3, steps: 30 };

interface Spectrum {
  readonly design: GaussianDesign;
  readonly samples: number;
}

/** Inputs and their number, by name. */
export function spectra({ dimension, samples }: Sizes): ReadonlyMap<string, Spectrum> {
  const { many, few } = samples;
  return new Map([
    ["isotropic", { design: isotropic(dimension), samples: many }],
    ["power law 1/√k", { design: powerLaw(dimension, 0.5), samples: many }],
    ["power law 1/k", { design: powerLaw(dimension, 1), samples: many }],
    ["spiked", { design: spiked(dimension, 4, 10), samples: many }],
    ["power law 1/k, n < d", { design: powerLaw(dimension, 1), samples: few }],
  ]);
}
