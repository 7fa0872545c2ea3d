import type { BatchDraw } from "../../dynamics/batchNoise.ts";
import { gradientDescentThreshold, stabilityThreshold } from "../../dynamics/stability.ts";
import { defined } from "../../geometry/undefined.ts";
import type { Kernels } from "../../linalg/kernels/kernels.ts";
import { meanLoss } from "../../models/samples.ts";
import type { RandomStream } from "../../random/stream.ts";
import { withoutDigits } from "../digits.ts";
import type { Row, TrialContext } from "../experiment.ts";
import type { Minimum } from "../minima/minimum.ts";
import { type Descend, descend } from "../minima/pairedRun.ts";
import { followed } from "./followed.ts";
import { leavingRuns } from "./leavingRuns.ts";
import { networks } from "./networks.ts";
import { above, arms, batchSize, followed as followedSetting, type Sizes, startLoss } from "./setting.ts";

export interface EscapeTrial extends Record<string, number | string> {
  model: string;
  seed: number;
}

/** One trained network, and its runs of SGD and GD from its minimum. */
export async function measure(
  { model }: EscapeTrial,
  { kernels, stream, openImages }: TrialContext,
  sizes: Sizes,
): Promise<readonly Row[]> {
  const draw = networks.get(model);
  if (!draw) throw new RangeError(`model: got ${model}`);
  const { minimum, data, missing } = await draw({ kernels, openImages, stream: stream.split("network") });
  try {
    const rows = await escapeRows(minimum, { sizes, kernels, stream: stream.split("runs"), descend });
    return [...withoutDigits({ name: data, missing }), ...rows.map((row) => ({ ...row, data }))];
  } finally {
    minimum.model.release();
  }
}

/** The runs from one minimum; `descend` is how the network moves by a batch of SGD. */
export async function escapeRows(
  minimum: Minimum,
  {
    sizes,
    kernels,
    stream,
    descend: noisy,
  }: {
    readonly sizes: Sizes;
    readonly kernels: Kernels;
    readonly stream: RandomStream;
    readonly descend: Descend;
  },
): Promise<readonly Row[]> {
  const { problem, model } = minimum;
  const { samples } = problem;
  const sgd: BatchDraw = { batchSize, replacement: true };
  const all: BatchDraw = { batchSize: samples, replacement: false };
  const threshold = defined(await stabilityThreshold(problem, sgd, { kernels })).value;
  const limit = defined(gradientDescentThreshold(problem));
  const unit = meanLoss(model.targets, samples);
  const { runs, descents, steps, stride } = sizes;
  const learningRate = above.sgd * threshold;
  const settings = [
    { arm: arms.sgd, runs, step: { ...sgd, learningRate }, descend: noisy },
    {
      arm: arms.gradientDescent,
      runs: descents,
      step: { ...all, learningRate: above.gradientDescent * limit },
      descend,
    },
    { arm: arms.sameRate, runs: descents, step: { ...all, learningRate }, descend },
  ];
  const rows: Row[] = [];
  for (const { arm, ...setting } of settings) {
    const own = { steps, stride, startLoss: startLoss * unit, kernels, stream: stream.split(arm) };
    rows.push(...(await leavingRuns(minimum, { ...setting, ...own })).map((row) => ({ ...row, arm })));
  }
  const ofFollowed = {
    ...sgd,
    ...sizes.followed,
    learningRate: followedSetting.factor * threshold,
    startLoss: followedSetting.startLoss * unit,
    unit,
    descend: noisy,
    stream: stream.split("followed"),
  };
  return [
    ...rows,
    ...followed(minimum, ofFollowed),
    {
      kind: "spectrum",
      // what the paper's bound says of the loss off the sharpest direction, if its constant is 1
      paperFlat: 1 - (problem.eigenvalues[0] / Math.hypot(...problem.eigenvalues)) ** 2,
      thresholdRatio: threshold / limit,
    },
  ];
}
