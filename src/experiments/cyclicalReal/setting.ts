import type { ImageSetName } from "../../data/dataset/config.ts";
import { constantPlan } from "../cyclical/setting.ts";
import type { Scale } from "../experiment.ts";

export const squareLossName = "square loss";
const entropyLossName = "cross-entropy";
type LossName = typeof squareLossName | typeof entropyLossName;

export const largePlan = "constant large";
export const twoLevelPlan = "two-level";
/** All that leave the small learning rate for a while. */
export const raisedPlans = [twoLevelPlan, "triangular", "cosine restarts", "one-cycle", largePlan] as const;
export const everyPlan = [constantPlan, ...raisedPlans] as const;
export type PlanName = (typeof everyPlan)[number];

/** Learning rates, in units of GD's edge 2/λ₁: the small one's at the initialisation, the large one's where the cycles begin. */
export interface Rates {
  readonly low: number;
  readonly high: number;
}

/** Steps of a run. */
export interface Course extends Rates {
  /** B, with replacement. */
  readonly batchSize: number;
  /** Steps at the small learning rate from the initialisation on, which all runs of a seed share. */
  readonly warmup: number;
  /** Steps of a cycle, its number, and the steps at the small learning rate after the last. */
  readonly cycle: number;
  readonly cycles: number;
  readonly settling: number;
}

/** One network on one set of images with one loss. */
export interface Subject extends Course {
  /** For people, and in rows. */
  readonly name: string;
  readonly images: ImageSetName;
  readonly loss: LossName;
  /** As in a configuration. */
  readonly architecture: Readonly<Record<string, unknown>>;
  /** n, and the images that are held back for the test. */
  readonly samples: number;
  readonly testSamples: number;
  readonly seeds: number;
  readonly plans: readonly PlanName[];
  /** A step of GD costs n/B of SGD: the schedules it runs under, and the first so many seeds that it does so for. */
  readonly gradientDescent: { readonly plans: readonly PlanName[]; readonly seeds: number };
  /** The first so many seeds for which two-level cycles are looked at closely, thresholds and all, and looks within the first cycle. */
  readonly close: { readonly seeds: number; readonly looks: number };
}

export type Sizes = readonly Subject[];

/** Tanh and average pooling: smooth, so that H is what it is called. */
const lenet = (channels: readonly number[], kernel: number, hidden: readonly number[]) => ({
  name: "lenet",
  channels,
  kernel,
  hidden,
  pooling: "average",
  activation: "tanh",
  initialisation: "lecun",
});

/** The large learning rate is below GD's edge, and stays there while λ₁ grows by half: what leaves under it leaves by its noise. */
const course = { batchSize: 2, low: 0.15, high: 0.65, warmup: 300, cycle: 200, cycles: 3, settling: 100 };

/** Under cross-entropy SGD's threshold is far below GD's edge: at 0.16 of it some networks were thrown back to a high loss. */
const entropyRates = { low: 0.05, high: 0.1 };

const quickLenet = {
  ...course,
  images: "mnist",
  architecture: lenet([4, 8], 3, [32]),
  samples: 64,
  testSamples: 1000,
} as const;

const paperCourse = { ...course, batchSize: 4, warmup: 1000, cycle: 1000, cycles: 6, settling: 1000 };
const paper = (
  name: string,
  images: ImageSetName,
  architecture: Subject["architecture"],
): readonly Subject[] =>
  [squareLossName, entropyLossName].map(
    (loss): Subject => ({
      ...paperCourse,
      name: `${name}, ${loss}`,
      images,
      loss: loss as LossName,
      ...(loss === entropyLossName && entropyRates),
      architecture,
      samples: 400,
      testSamples: 5000,
      seeds: 20,
      plans: everyPlan,
      gradientDescent: { plans: [constantPlan, twoLevelPlan], seeds: loss === squareLossName ? 20 : 0 },
      close: { seeds: 20, looks: 20 },
    }),
  );

export const sizes: Record<Scale, Sizes> = {
  quick: [
    {
      ...quickLenet,
      name: "LeNet, MNIST, square loss",
      loss: squareLossName,
      seeds: 12,
      plans: everyPlan,
      gradientDescent: { plans: [twoLevelPlan], seeds: 4 },
      close: { seeds: 4, looks: 6 },
    },
    {
      ...quickLenet,
      name: "LeNet, MNIST, cross-entropy",
      loss: entropyLossName,
      ...entropyRates,
      seeds: 6,
      plans: [constantPlan, twoLevelPlan],
      gradientDescent: { plans: [], seeds: 0 },
      close: { seeds: 0, looks: 0 },
    },
  ],
  paper: [
    ...paper("LeNet, MNIST", "mnist", lenet([6, 16], 5, [84])),
    ...paper("LeNet, Fashion-MNIST", "fashion-mnist", lenet([6, 16], 5, [84])),
    ...paper("ResNet-8, CIFAR-10", "cifar10", {
      name: "resnet",
      depth: 8,
      width: 0.5,
      batchNorm: "frozen",
      activation: "tanh",
    }),
    ...paper("VGG-11, CIFAR-10", "cifar10", {
      name: "vgg",
      depth: 11,
      width: 0.125,
      batchNorm: "frozen",
      activation: "tanh",
    }),
  ],
};

/**
 * Sharpest directions of G to which the stability threshold is confined. With 400 in place of 40 it fell by 9 and 15 % where that was
 * looked at.
 */
export const thresholdDirections = 40;

/** Losses beyond this many times that of f = 0 are those of a run that is lost. */
export const lost = 1e4;

export function stepsOf({ warmup, cycle, cycles, settling }: Course): number {
  return warmup + cycle * cycles + settling;
}

/** For names of files. */
export function identifierOf({ name }: Subject): string {
  return name.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-");
}
