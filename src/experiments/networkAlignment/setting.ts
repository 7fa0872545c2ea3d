import type { ImageSetName } from "../../data/dataset/config.ts";
import type { Scale } from "../experiment.ts";
import type { NetworkName } from "./networks.ts";

export const scalarLoss = "square, ±1";
export const oneHotLoss = "square, one-hot";
export const entropyLoss = "cross-entropy";
export type LossName = typeof scalarLoss | typeof oneHotLoss | typeof entropyLoss;

/** The two classes of the loss with targets ±1: pairs that are easily mistaken for one another. */
export const classPairs: Readonly<Record<ImageSetName, readonly [number, number]>> = {
  mnist: [3, 5],
  "fashion-mnist": [5, 7],
  cifar10: [3, 5],
};

/** As a figure writes them. */
export const imageNames: Readonly<Record<string, string>> = {
  mnist: "MNIST",
  "fashion-mnist": "Fashion-MNIST",
  cifar10: "CIFAR-10",
} satisfies Record<ImageSetName, string>;

export const initial = "initialisation";
/**
 * Where θ is looked at on the way: when the loss is first found to be at most this share of that of f = 0. The last one is
 * looked at in any case, once the steps are spent.
 */
export const looks = [
  { theta: "early", share: 0.5 },
  { theta: "later", share: 0.1 },
  { theta: "end", share: 0.01 },
] as const;

/** A look that fewer runs of a case came to is neither judged nor drawn: those few are not like the others. */
export const fewest = 6;

/** Steps of SGD between two looks at the loss of all samples. */
export const stride = 20;

/** Learning rate in units of 1/(λ₁ + Tr G/B) at the θ last looked at; above about 2 SGD does not settle. */
export const rate = 1.5;

/** Sharpest eigen-directions, each by itself, and random ones. */
export const directions = { sharpest: 10, random: 20 };

/** One network on one data set. */
export interface Case {
  readonly network: NetworkName;
  readonly data: ImageSetName;
  readonly loss: LossName;
  readonly seeds: number;
  /** n */
  readonly samples: number;
  /** As the network wants them; all on the same images and batches. */
  readonly widths: readonly number[];
  readonly batchSize: number;
  readonly maxSteps: number;
}

export interface Sizes {
  readonly cases: readonly Case[];
  /** Images of one number for each 2×2 pixels, but for VGG, which wants 32×32. */
  readonly averaged: boolean;
}

const grey = ["mnist", "fashion-mnist"] as const;
const all = [...grey, "cifar10"] as const;
const greyAndColour = ["mnist", "cifar10"] as const;

/** Two classes, n of them enough that no single image rules μ, and few enough that SGD fits them. */
const dense = { loss: scalarLoss, seeds: 20, samples: 150, batchSize: 10, maxSteps: 1500 } as const;
const convolutional = { ...dense, seeds: 12, samples: 80, batchSize: 8, maxSteps: 1000 } as const;
const deep = { ...convolutional, seeds: 8, samples: 64, maxSteps: 400 } as const;
/** n·C = 400: an eigenproblem of that size at every look. */
const classes = { seeds: 12, samples: 40, batchSize: 10, maxSteps: 2000 } as const;
const otherLosses = [oneHotLoss, entropyLoss] as const;

const quick: Sizes = {
  averaged: true,
  cases: [
    { ...dense, network: "FNN, ReLU", data: "mnist", widths: [12, 60, 300] },
    { ...dense, network: "FNN, tanh", data: "mnist", widths: [12, 60, 300] },
    { ...dense, network: "FNN, ReLU", data: "fashion-mnist", widths: [60] },
    { ...dense, network: "FNN, ReLU", data: "cifar10", widths: [60] },
    ...all.map((data): Case => ({ ...convolutional, network: "LeNet", data, widths: [4] })),
    ...greyAndColour.flatMap((data): Case[] => [
      // those that differ most from seed to seed
      { ...deep, network: "VGG-11", data, widths: [1 / 16], seeds: 12 },
      { ...deep, network: "ResNet-8", data, widths: [1 / 4] },
      { ...deep, network: "ViT", data, widths: [16], maxSteps: 600 },
    ]),
    ...otherLosses.flatMap((loss): Case[] => [
      { ...classes, loss, network: "FNN, ReLU", data: "mnist", widths: [60] },
      { ...classes, loss, network: "LeNet", data: "fashion-mnist", widths: [4], maxSteps: 1000 },
    ]),
  ],
};

/** Whole images, and networks of the sizes that papers use; n·C stays at 2000, which a dense K of float64 allows. */
const paperDense = { ...dense, seeds: 50, samples: 500, batchSize: 20, maxSteps: 6000 } as const;
const paperDeep = { ...paperDense, seeds: 10, samples: 200, maxSteps: 3000 } as const;
const paperClasses = { ...classes, seeds: 20, samples: 200, batchSize: 20, maxSteps: 6000 } as const;

const paper: Sizes = {
  averaged: false,
  cases: [
    { ...paperDense, network: "FNN, ReLU", data: "mnist", widths: [16, 64, 256, 1024] },
    { ...paperDense, network: "FNN, tanh", data: "mnist", widths: [16, 64, 256, 1024] },
    { ...paperDense, network: "FNN, ReLU", data: "fashion-mnist", widths: [256] },
    { ...paperDense, network: "FNN, ReLU", data: "cifar10", widths: [256] },
    ...all.map((data): Case => ({ ...paperDense, seeds: 20, network: "LeNet", data, widths: [4, 12, 36] })),
    ...greyAndColour.flatMap((data): Case[] => [
      { ...paperDeep, network: "VGG-11", data, widths: [1 / 2] },
      { ...paperDeep, network: "ResNet-8", data, widths: [1 / 2, 1] },
      { ...paperDeep, network: "ViT", data, widths: [32, 64] },
    ]),
    ...otherLosses.flatMap((loss): Case[] => [
      { ...paperClasses, loss, network: "FNN, ReLU", data: "mnist", widths: [256] },
      { ...paperClasses, loss, network: "LeNet", data: "fashion-mnist", widths: [8] },
    ]),
  ],
};

export const sizes: Record<Scale, Sizes> = { quick, paper };
