import {
  type Activation,
  gelu,
  leakyReLU,
  relu,
  smoothLeaky,
  softplus,
  tanh,
} from "../../models/activations.ts";
import type { Scale } from "../experiment.ts";

/** How much is measured: everything that a test may shrink. */
export interface Sizes {
  readonly seeds: number;
  /** d */
  readonly dimension: number;
  /** n */
  readonly samples: readonly number[];
  /** m; p = m·d */
  readonly widths: readonly number[];
}

export const sizes: Record<Scale, Sizes> = {
  quick: { seeds: 20, dimension: 16, samples: [12, 40], widths: [8, 24, 80, 256] },
  paper: { seeds: 50, dimension: 32, samples: [16, 128], widths: [8, 32, 128, 512, 2048] },
};

/** The lower slopes α of the leaky ReLUs; β = 1. */
const leaks = [1, 0.7, 0.5, 0.3, 0.1];

/** Slopes in [α,β] with α > 0: what the theorem speaks of. */
const within: readonly (readonly [string, Activation])[] = [
  ...leaks.map((leak) => [`leaky ReLU, α/β = ${leak}`, leakyReLU(leak)] as const),
  ["smooth leaky, α/β = 0.3", smoothLeaky(0.3)],
];

/** α ≤ 0: reported, not judged. */
const outside: readonly (readonly [string, Activation])[] = [
  ["ReLU", relu],
  ["softplus", softplus],
  ["tanh", tanh],
  ["GELU", gelu],
];

export const activations: ReadonlyMap<string, Activation> = new Map([...within, ...outside]);

/** Width of the teacher, whatever the student's. */
export const teacherWidth = 8;
/** In units of 1/Tr G at the initialisation. */
export const learningRate = 1;
export const training = { batchSize: 8, lossShare: 0.1, maxSteps: 30 };
