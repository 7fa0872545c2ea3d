import type { ImageSetName } from "../../data/dataset/config.ts";
import type { Scale } from "../experiment.ts";

/** Which network on which images, and how SGD trains it to θ*. */
export interface Subject {
  /** For people, and in rows. */
  readonly name: string;
  readonly images: ImageSetName;
  /** The two classes to be told apart, as 1 and −1. */
  readonly classes: readonly [number, number];
  /** n */
  readonly samples: number;
  /** As in a configuration. */
  readonly architecture: Readonly<Record<string, unknown>>;
  readonly training: Training;
}

export interface Training {
  readonly batchSize: number;
  /** Small: the smaller, the sharper the minimum. */
  readonly learningRate: number;
  /** θ* is where the loss comes to this part of that of f = 0. */
  readonly lossShare: number;
  readonly maxSteps: number;
}

const training: Training = { batchSize: 4, learningRate: 0.05, lossShare: 1e-7, maxSteps: 20_000 };

/** LeNet with tanh and average pooling: smooth, so that second-order terms are all that first order leaves. */
const lenet = (channels: readonly number[], hidden: readonly number[]) => ({
  name: "lenet",
  channels,
  kernel: 5,
  pooling: "average",
  hidden,
  activation: "tanh",
  initialisation: "xavier",
});

/** Pairs of classes that are easily mistaken for one another: 3 and 5, pullover and coat, cat and dog. */
const classes = { mnist: [3, 5], "fashion-mnist": [2, 4], cifar10: [3, 5] } as const;

const small = { samples: 24, architecture: lenet([3, 6], [16]), training };
const large = {
  samples: 128,
  architecture: lenet([6, 16], [84]),
  training: { ...training, batchSize: 8, maxSteps: 100_000 },
};

const on = (images: ImageSetName, title: string, rest: Omit<Subject, "name" | "images" | "classes">) => ({
  name: title,
  images,
  classes: classes[images],
  ...rest,
});

export const subjects: Record<Scale, readonly Subject[]> = {
  quick: [on("mnist", "LeNet, MNIST", small), on("fashion-mnist", "LeNet, Fashion-MNIST", small)],
  paper: [
    on("mnist", "LeNet, MNIST", large),
    on("fashion-mnist", "LeNet, Fashion-MNIST", large),
    on("cifar10", "LeNet, CIFAR-10", large),
    on("cifar10", "ResNet-8, CIFAR-10", {
      ...large,
      architecture: { name: "resnet", depth: 8, width: 0.5, batchNorm: "frozen", activation: "tanh" },
    }),
  ],
};
