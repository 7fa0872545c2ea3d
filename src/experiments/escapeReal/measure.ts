import type { BatchDraw } from "../../dynamics/batchNoise.ts";
import { growthRate } from "../../dynamics/growthRate.ts";
import { paperBound } from "../../dynamics/lossShares.ts";
import { gradientDescentThreshold, stabilityThreshold } from "../../dynamics/stability.ts";
import { defined } from "../../geometry/undefined.ts";
import type { Row, TrialContext } from "../experiment.ts";
import { descend } from "../minima/pairedRun.ts";
import { sharpnessAt } from "../minima/sharpness.ts";
import { followedRun } from "./followed.ts";
import { leaving } from "./leaving.ts";
import { trainedOnImages } from "./network.ts";
import { above, arms, batchSize, counts, type Sizes } from "./setting.ts";
import type { Variant } from "./variant.ts";

export interface EscapeRealTrial extends Record<string, number | string> {
  subject: string;
  seed: number;
}

/** One trained network and its runs from θ*, or why there is none. */
export async function measure(
  { subject: name }: EscapeRealTrial,
  { kernels, stream, openImages }: TrialContext,
  sizes: Sizes,
  variant: Variant,
): Promise<readonly Row[]> {
  const subject = sizes.subjects.find((one) => one.name === name);
  if (!subject) throw new RangeError(`subject: got ${name}`);
  const trained = await trainedOnImages(subject, { kernels, openImages, stream: stream.split("network") });
  if ("missing" in trained) return [{ kind: "left out", reason: trained.missing }];
  const { minimum, unit, steps } = trained;
  const { problem, model, theta } = minimum;
  try {
    const sgd: BatchDraw = { batchSize, replacement: true };
    const gd: BatchDraw = { batchSize: problem.samples, replacement: false };
    const threshold = defined(await stabilityThreshold(problem, sgd, { kernels })).value;
    const edge = defined(gradientDescentThreshold(problem));
    const sharpness = await sharpnessAt(model, theta, kernels);
    const rows: Row[] = [
      {
        kind: "start",
        trainingSteps: steps,
        threshold,
        edge,
        trainingRate: subject.training.learningRate,
        ...sharpness,
        loss: sharpness.loss / unit,
        growth: defined(
          await growthRate(problem, { ...sgd, learningRate: above.sgd * threshold }, { kernels }),
        ).value,
        ...Object.fromEntries(
          counts
            .filter((k) => k < problem.rank)
            .map((k) => [`bound${k}`, defined(paperBound(problem.eigenvalues, k))]),
        ),
      },
    ];
    const gdVariant = { ...variant, descend };
    const learningRate = above.sgd * threshold;
    for (const { arm, ...own } of [
      { arm: arms.sgd, runs: sizes.runs, steps: sizes.steps.sgd, step: { ...sgd, learningRate }, ...variant },
      {
        arm: arms.gradientDescent,
        runs: 1,
        steps: sizes.steps.gradientDescent,
        step: { ...gd, learningRate: above.gradientDescent * edge },
        ...gdVariant,
      },
      { arm: arms.sameRate, runs: 1, steps: sizes.steps.sgd, step: { ...gd, learningRate }, ...gdVariant },
    ]) {
      const near = { ...own, stride: sizes.stride, kernels, stream: stream.split(arm) };
      rows.push(...(await leaving(trained, near)).map((row) => ({ ...row, arm })));
    }
    for (const { optimiser, factor, ...course } of sizes.followed) {
      const ofSgd = optimiser === "SGD";
      const raised = factor * (ofSgd ? threshold : edge);
      const measured = await followedRun(trained, {
        ...course,
        ...(ofSgd ? variant : gdVariant),
        draw: ofSgd ? sgd : gd,
        learningRate: raised,
        sharpness,
        training: subject.training,
        settling: sizes.settling,
        stream: stream.split("followed", optimiser, factor),
        kernels,
      });
      const rate = raised / edge;
      rows.push(...measured.map((row) => ({ ...row, optimiser, factor, rate })));
    }
    return rows;
  } finally {
    trained.release();
  }
}
