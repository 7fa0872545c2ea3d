import { type GaussianDesign, isotropic, powerLaw } from "../../data/designs.ts";
import type { Scale } from "../experiment.ts";

export interface Sizes {
  /** d */
  readonly dimension: number;
  readonly seeds: number;
  /** n ≪ d, isotropic inputs; every seed averages over `fewRepeats` independent data sets and θ. */
  readonly fewSamples: number;
  readonly fewRepeats: number;
  /** n ≫ d, inputs with the power law 1/k. */
  readonly manySamples: number;
  /** M of the diagonal networks, p = 2dM. */
  readonly branches: readonly number[];
  /** m of the two-layer linear network, p = (d + 1)m. */
  readonly widths: readonly number[];
  /** m of the deep linear network, p = dm + 2m² + m. */
  readonly deepWidths: readonly number[];
  /** [L − 1, k] of the convolutional network, p = (L − 1)k + d. */
  readonly convolutions: readonly (readonly [convolutions: number, kernelSize: number])[];
  /** p of the reparameterisations. */
  readonly parameters: readonly number[];
}

export const sizes: Record<Scale, Sizes> = {
  quick: {
    dimension: 32,
    seeds: 20,
    fewSamples: 4,
    fewRepeats: 8,
    manySamples: 1024,
    branches: [1, 3, 10, 32],
    widths: [2, 6, 20, 64],
    deepWidths: [8, 18, 40, 80],
    convolutions: [
      [1, 2],
      [1, 32],
      [3, 32],
      [8, 32],
    ],
    parameters: [32, 128, 512, 2048],
  },
  paper: {
    dimension: 128,
    seeds: 50,
    fewSamples: 16,
    fewRepeats: 8,
    manySamples: 16384,
    branches: [1, 4, 16, 64, 256],
    widths: [2, 8, 32, 128, 512],
    deepWidths: [16, 36, 80, 180, 400],
    convolutions: [
      [1, 8],
      [1, 128],
      [3, 128],
      [8, 128],
    ],
    parameters: [128, 512, 2048, 8192],
  },
};

interface Regime {
  readonly name: "few samples" | "many samples";
  readonly samples: number;
  readonly repeats: number;
  readonly inputs: string;
  readonly design: GaussianDesign;
}

/** How many samples, and of which covariance S. */
export function regimes(size: Sizes): readonly Regime[] {
  const { dimension, fewSamples, fewRepeats, manySamples } = size;
  return [
    {
      name: "few samples",
      samples: fewSamples,
      repeats: fewRepeats,
      inputs: "isotropic",
      design: isotropic(dimension),
    },
    {
      name: "many samples",
      samples: manySamples,
      repeats: 1,
      inputs: "power law 1/k",
      design: powerLaw(dimension, 1),
    },
  ];
}

export const labelNoise = 0.5;
export const training = { batchSize: 8, lossShare: 0.05, maxSteps: 40 };

/** Where θ stands and what the targets are; a θ that was trained depends on the data. */
export const situations = [
  { theta: "initialisation", noise: 0, trained: false, spread: 1 },
  { theta: "random, far away", noise: 0, trained: false, spread: 3 },
  { theta: "after SGD, noisy targets", noise: labelNoise, trained: true, spread: 1 },
] as const;
