import type { Scale } from "../experiment.ts";

/** How much is measured: everything that a test may shrink. */
export interface Sizes {
  readonly seeds: number;
  /** n for the models below. */
  readonly samples: readonly number[];
  /** d of the linear models; the deep linear network is d-2d-2d-1. */
  readonly dimension: number;
  /** A linear model of so many dimensions that every n is small against it. */
  readonly wide: { readonly dimension: number; readonly samples: readonly number[] };
  readonly network: {
    readonly dimension: number;
    readonly width: number;
    readonly samples: readonly number[];
  };
}

export const sizes: Record<Scale, Sizes> = {
  quick: {
    seeds: 20,
    samples: [4, 8, 32, 128, 512, 2048, 8192],
    dimension: 16,
    wide: { dimension: 256, samples: [4, 8, 16, 32, 64] },
    network: { dimension: 8, width: 8, samples: [4, 8, 32, 128, 512, 2048] },
  },
  paper: {
    seeds: 50,
    samples: [4, 16, 64, 256, 1024, 4096, 16384, 65536],
    dimension: 32,
    wide: { dimension: 1024, samples: [4, 8, 16, 32, 64, 128, 256] },
    network: { dimension: 8, width: 8, samples: [4, 16, 64, 256, 1024, 4096, 16384] },
  },
};

/** In units of 1/Tr G at the initialisation. */
export const learningRate = 0.5;
export const training = { batchSize: 8, lossShare: 0.05, maxSteps: 100 };
/** The lower slope of the two-layer network's leaky ReLU. */
export const leak = 0.5;
