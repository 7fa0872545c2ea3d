import type { Scale } from "../experiment.ts";

export const constantPlan = "constant";
export const cyclePlans = ["two-level", "triangular", "cosine restarts"] as const;

/** Steps and learning rates of the runs on one landscape. */
export interface Training {
  readonly seeds: number;
  /** B, with replacement. */
  readonly batchSize: number;
  /** The small and the large learning rate, in units of SGD's exact stability threshold η* at the start. */
  readonly low: number;
  readonly high: number;
  /** Steps of a cycle, its number, and the steps at the small learning rate after the last. */
  readonly cycle: number;
  readonly cycles: number;
  readonly settling: number;
  /** The schedules that GD runs under as well, and the first so many seeds that it does so for: without noise they differ little. */
  readonly gradientDescent: { readonly schedules: readonly string[]; readonly seeds: number };
  /** Steps between two looks; divides the cycle and the settling. */
  readonly every: number;
  /** Runs of SGD whose departure from the start is looked at, each for at most this many steps. */
  readonly departures: number;
  readonly patience: number;
}

export interface DiagonalSizes extends Training {
  /** d and n */
  readonly dimension: number;
  readonly samples: number;
}

export interface ConvolutionalSizes extends Training {
  /** n, and the images that are held back for the test. */
  readonly samples: number;
  readonly testSamples: number;
  /** Pixels left out at each side of the 28×28 image; 2×2 of the rest are averaged to one. */
  readonly margin: number;
  readonly channels: readonly number[];
  readonly hidden: number;
  /** Steps of SGD that lead from the initialisation to the sharp minimum. */
  readonly trainingSteps: number;
}

export interface Sizes {
  readonly diagonal: DiagonalSizes;
  readonly convolutional: ConvolutionalSizes;
}

const everySchedule = [constantPlan, ...cyclePlans];
/** A step of GD costs n of SGD; of all cycles these are at the large learning rate for longest. */
const longest = [constantPlan, "two-level"];

const diagonal = {
  dimension: 40,
  samples: 20,
  batchSize: 2,
  low: 0.1,
  high: 1.6,
  every: 150,
  departures: 8,
  patience: 2000,
};
const convolutional = {
  batchSize: 1,
  low: 0.2,
  high: 1.8,
  every: 40,
  departures: 4,
  patience: 400,
};

export const sizes: Record<Scale, Sizes> = {
  quick: {
    diagonal: {
      ...diagonal,
      seeds: 20,
      gradientDescent: { schedules: everySchedule, seeds: 20 },
      cycle: 750,
      cycles: 4,
      settling: 600,
    },
    convolutional: {
      ...convolutional,
      seeds: 12,
      gradientDescent: { schedules: longest, seeds: 6 },
      samples: 32,
      testSamples: 500,
      margin: 4,
      channels: [4, 8],
      hidden: 16,
      trainingSteps: 1500,
      cycle: 320,
      cycles: 3,
      settling: 200,
    },
  },
  paper: {
    diagonal: {
      ...diagonal,
      seeds: 50,
      gradientDescent: { schedules: everySchedule, seeds: 50 },
      cycle: 900,
      cycles: 10,
      settling: 1800,
    },
    convolutional: {
      ...convolutional,
      seeds: 20,
      gradientDescent: { schedules: longest, seeds: 20 },
      samples: 100,
      testSamples: 2000,
      margin: 0,
      channels: [8, 16],
      hidden: 32,
      trainingSteps: 10_000,
      cycle: 400,
      cycles: 6,
      settling: 1200,
      every: 100,
    },
  },
};

export const parts = ["diagonal network", "convolutional network"] as const;
export type Part = (typeof parts)[number];

export function trainingOf(part: Part, { diagonal, convolutional }: Sizes): Training {
  return part === "diagonal network" ? diagonal : convolutional;
}

/** The large learning rate is at most this part of GD's edge 2/λ₁: what leaves under it leaves by its noise. */
export const belowEdge = 0.9;

export const gdAbove = "GD above its edge";
/** Learning rate of GD that leaves, in units of its edge 2/λ₁: its loss grows by (2·1.2 − 1)² = 1.96 a step. */
export const aboveEdge = 1.2;

/** A run has left a minimum when its loss is this part of that of f = 0: far above the start, and still near it. */
export const leftAt = 0.01;

/** A run has come to a global minimum when no more than this part of the loss of f = 0 is left. */
export const equalLoss = 0.01;

/** Losses beyond this many times that of f = 0 are those of a run that does not come back. */
export const lost = 1e6;

export function stepsOf({ cycle, cycles, settling }: Training): number {
  return cycle * cycles + settling;
}
