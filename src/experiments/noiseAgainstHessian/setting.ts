import type { Scale } from "../experiment.ts";
import type { NetworkName } from "./networks.ts";

export const scalar = "scalar, ±1";
export const oneHotClasses = "one-hot";
export type Targets = typeof scalar | typeof oneHotClasses;

export const initial = "initialisation";
/**
 * Where θ is looked at on the way: the loss over that of f = 0 is first found to be at most `share`. Learning rates on the way
 * there are in units of 1/(λ₁ + Tr G/B) at the θ last looked at: small at first, where a few steps would pass two looks, and
 * below 2, beyond which SGD does not settle.
 */
export const looks = [
  { share: 0.5, rate: 0.1 },
  { share: 0.1, rate: 0.2 },
  { share: 0.01, rate: 1 },
  { share: 0.001, rate: 1 },
] as const;
/** "loss 10 %", of that of f = 0. */
export function lookName(share: number): string {
  return `loss ${Number((100 * share).toPrecision(3))} %`;
}

/** "Low loss": the looks from here on. */
export const low = 0.01;
/** Student intervals of fewer runs say nothing: what fewer came to is neither judged nor drawn. */
export const fewest = 4;
/** For two classes, that are easily mistaken for one another. */
export const pair = [3, 5] as const;
export const ten = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9] as const;

/** One network with one kind of targets. */
interface Case {
  readonly network: NetworkName;
  readonly targets: Targets;
  /** Units of each hidden layer, first channels, or a multiplier of the channels. */
  readonly width: number;
  readonly seeds: number;
  /** n */
  readonly samples: number;
  readonly batchSize: number;
  readonly maxSteps: number;
  /** k of the top-k eigenspaces. */
  readonly top: number;
}

export interface Sizes {
  readonly cases: readonly Case[];
  /** Pixels left out at each side of a digit before 2×2 pixels are averaged. */
  readonly margin: number;
  /** Products for each Frobenius norm. */
  readonly queries: number;
}

const two = { targets: scalar, samples: 64, batchSize: 8, seeds: 20, maxSteps: 8000, top: 5 } as const;
/** n·C = 300: an eigenproblem of that size at every look. */
const classes = { ...two, targets: oneHotClasses, samples: 30, maxSteps: 8000, top: 10 } as const;

const quick: Sizes = {
  margin: 4,
  queries: 48,
  cases: [
    { ...two, network: "FNN, tanh", width: 6 },
    { ...two, network: "FNN, GELU", width: 6 },
    { ...two, network: "FNN, ReLU", width: 6 },
    { ...two, network: "CNN, tanh", width: 3, samples: 24, seeds: 12 },
    { ...classes, network: "FNN, tanh", width: 10, seeds: 12 },
  ],
};

const paperTwo = { ...two, samples: 500, batchSize: 20, seeds: 20, maxSteps: 20_000 } as const;
const paper: Sizes = {
  margin: 0,
  queries: 90,
  cases: [
    { ...paperTwo, network: "FNN, tanh", width: 64 },
    { ...paperTwo, network: "FNN, GELU", width: 64 },
    { ...paperTwo, network: "FNN, ReLU", width: 64 },
    { ...paperTwo, network: "CNN, tanh", width: 8 },
    { ...paperTwo, network: "LeNet, ReLU", width: 8 },
    { ...paperTwo, network: "ResNet-8", width: 1 / 2, samples: 200, seeds: 12 },
    { ...classes, network: "FNN, tanh", width: 64, samples: 100, batchSize: 20, maxSteps: 20_000 },
  ],
};

export const sizes: Record<Scale, Sizes> = { quick, paper };
