import { reducedLinearization } from "../../../../src/dynamics/reducedProblem.ts";
import { stabilityThreshold } from "../../../../src/dynamics/stability.ts";
import { type Sharpness, sharpnessAt } from "../../../../src/experiments/minima/sharpness.ts";
import { isDefined, type Undefined } from "../../../../src/geometry/undefined.ts";
import type { Problem } from "./problem.ts";

/** A run at some step. The loss is over that of f = 0. */
export interface Sight extends Sharpness {
  /** 2/λ₁, over that at the start. */
  readonly edge: number;
  /** Share of the held-out images with the right sign. */
  readonly accuracy?: number;
}

/** SGD and GD after the same steps; undefined from where one has gone beyond all bounds. */
export interface Look {
  readonly steps: number;
  readonly sgd: Sight | Undefined;
  readonly gd: Sight | Undefined;
  /** η* at SGD's θ over 2/λ₁ at the start; what it would be were the loss 0 there. */
  readonly threshold: number | Undefined;
}

export async function sightAt(problem: Problem, theta: Float64Array): Promise<Sight> {
  const { model, kernels, unit, edge } = problem;
  const sharpness = await sharpnessAt(model, theta, kernels);
  return {
    ...sharpness,
    loss: sharpness.loss / unit,
    edge: 2 / sharpness.lambdaMax / edge,
    ...(problem.accuracy && { accuracy: problem.accuracy(theta) }),
  };
}

/** Residual of the eigenpair; 1/η* itself is off by about its square. */
const thresholdTolerance = 1e-5;

export async function thresholdAt(
  { model, kernels, edge }: Problem,
  theta: Float64Array,
  batchSize: number,
): Promise<number | Undefined> {
  const reduced = await reducedLinearization(model.linearize(theta), kernels);
  const threshold = await stabilityThreshold(
    reduced,
    { batchSize, replacement: true },
    { kernels, tolerance: thresholdTolerance },
  );
  return isDefined(threshold) ? threshold.value / edge : threshold;
}
