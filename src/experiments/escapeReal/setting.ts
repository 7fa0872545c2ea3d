import type { Scale } from "../experiment.ts";
import { type Subject, subjects } from "./subjects.ts";

/** How much is measured: everything that a test may shrink. */
export interface Sizes {
  readonly subjects: readonly Subject[];
  /** Networks of each subject. */
  readonly seeds: number;
  /** Of SGD from one minimum near it: a population. */
  readonly runs: number;
  /** Of that population, and of GD; the looks are `stride` steps apart. */
  readonly steps: { readonly sgd: number; readonly gradientDescent: number };
  readonly stride: number;
  /** Runs that are followed out of the minimum and into another. */
  readonly followed: readonly Followed[];
  /** Most steps at the small learning rate until a followed run has settled. */
  readonly settling: number;
}

export interface Followed {
  readonly optimiser: Optimiser;
  /** η in units of η* for SGD and of 2/λ₁ for GD. */
  readonly factor: number;
  /** At that η, and those between two looks at the loss. */
  readonly steps: number;
  readonly every: number;
}

export type Optimiser = "SGD" | "GD";

const sgd = (factor: number, steps: number): Followed => ({ optimiser: "SGD", factor, steps, every: 10 });
const gd = (factor: number, steps: number): Followed => ({ optimiser: "GD", factor, steps, every: 3 });

export const sizes: Record<Scale, Sizes> = {
  quick: {
    subjects: subjects.quick,
    seeds: 12,
    runs: 64,
    steps: { sgd: 30, gradientDescent: 48 },
    stride: 6,
    followed: [sgd(1.5, 400), sgd(2, 400), gd(1.1, 75), gd(1.3, 60)],
    settling: 1500,
  },
  paper: {
    subjects: subjects.paper,
    seeds: 20,
    runs: 256,
    steps: { sgd: 30, gradientDescent: 48 },
    stride: 6,
    followed: [sgd(1.25, 2000), sgd(1.5, 2000), sgd(2, 2000), gd(1.05, 300), gd(1.1, 300), gd(1.3, 300)],
    settling: 10_000,
  },
};

/** B at the raised learning rate, with replacement: the most noise there is. */
export const batchSize = 1;
/** η near the minimum: of SGD in units of η*, at which the mean loss grows by some 1.4 a step, and of GD in units of 2/λ₁, (2·1.1 − 1)² = 1.44. */
export const above = { sgd: 1.6, gradientDescent: 1.1 };
export const arms = { sgd: "SGD", gradientDescent: "GD above 2/λ₁", sameRate: "GD at SGD's η" } as const;

/** k of D_k. */
export const counts = [1, 5, 10] as const;

/** Directions of G that are counted together, the k-th sharpest from `first` to `last`. */
export const groupsOfDirections = [
  { group: "1", first: 1, last: 1 },
  { group: "2–5", first: 2, last: 5 },
  { group: "6–20", first: 6, last: 20 },
  { group: "21–r", first: 21, last: Infinity },
] as const;
/** Where no sample sees a displacement, to first order. */
export const outside = "outside";

/** The loss, over that at θ*, at which directions are compared: ×100. */
export const grown = 100;
/** A followed run has left when its loss comes to this part of that of f = 0. */
export const leftAt = 0.01;
/** And has settled when it is back at this one. */
export const settledAt = 1e-3;
/** Losses beyond this many times that of f = 0 are those of a run that is lost. */
export const lost = 1e6;
