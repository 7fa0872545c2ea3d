import { type GaussianDesign, isotropic, powerLaw } from "../../data/designs.ts";
import type { Scale } from "../experiment.ts";

export interface Sizes {
  /** d */
  readonly dimension: number;
  /** From n < d to n ≫ d log d, ascending. */
  readonly samples: readonly number[];
  /** The two n whose spectra are drawn: below d, and the largest. */
  readonly profiles: readonly [few: number, many: number];
  /** Hidden width of the two-layer linear network, p = (d + 1)m. */
  readonly linearWidth: number;
  /** Hidden width of the two-layer network, p = dm. */
  readonly width: number;
  readonly seeds: number;
}

export const sizes: Record<Scale, Sizes> = {
  quick: {
    dimension: 32,
    samples: [8, 16, 32, 64, 256, 1024],
    profiles: [16, 1024],
    linearWidth: 32,
    width: 4,
    seeds: 20,
  },
  paper: {
    dimension: 64,
    samples: [8, 16, 32, 64, 128, 256, 1024, 4096, 8192],
    profiles: [32, 8192],
    linearWidth: 256,
    width: 6,
    seeds: 50,
  },
};

/** α: the slope of the leaky ReLU below zero. */
export const leak = 0.5;
export const labelNoise = 0.5;
/** Directions drawn uniformly from the sphere of parameter space. */
export const randomDirections = 16;
/** The spectrum is drawn in that many slices of k/rank. */
export const slices = 8;
export const training = { batchSize: 8, lossShare: 0.05, maxSteps: 150 };

/** The covariances S of the inputs, by name. */
export function designs(dimension: number): ReadonlyMap<string, GaussianDesign> {
  return new Map([
    ["isotropic", isotropic(dimension)],
    ["power law 1/k", powerLaw(dimension, 1)],
  ]);
}

/** Where θ stands and what the targets are. */
export const situations = [
  { theta: "initialisation", noise: 0, trained: false, spread: 1 },
  { theta: "random, far away", noise: 0, trained: false, spread: 3 },
  { theta: "after SGD, noisy targets", noise: labelNoise, trained: true, spread: 1 },
] as const;
