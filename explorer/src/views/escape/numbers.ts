import { batchNoise } from "../../../../src/dynamics/batchNoise.ts";
import { decoupledGrowth, decoupledLimit, decoupledLoss } from "../../../../src/dynamics/decoupled.ts";
import { expectedLoss } from "../../../../src/dynamics/expectedLoss.ts";
import { growthRate, limitFlatOverSharp } from "../../../../src/dynamics/growthRate.ts";
import { type ExpectedLoss, flatOverSharp, paperBound } from "../../../../src/dynamics/lossShares.ts";
import type { SgdStep } from "../../../../src/dynamics/secondMoment.ts";
import {
  gradientDescentThreshold,
  type StabilityThreshold,
  stabilityThreshold,
} from "../../../../src/dynamics/stability.ts";
import { defined, type Undefined } from "../../../../src/geometry/undefined.ts";
import type { EscapeSettings } from "./fields.ts";
import type { Minimum } from "./problem.ts";

/** By how much GD is beyond 2/λ₁ where it is to escape, as in the experiment escape-quadratic. */
const descentRate = 1.1;

/** SGD or GD: how its expected loss grows, and who carries it. */
export interface Escape {
  /** η */
  readonly learningRate: number;
  /** ρ: the expected loss is multiplied by it a step, in the long run. */
  readonly growth: number;
  /** D_k after 0, 1, 2, … steps, exactly. */
  readonly flatOverSharp: readonly (number | Undefined)[];
  /** D_k(∞) */
  readonly limit: number | Undefined;
}

/** All that is known without simulation, at one minimum. */
export interface Numbers {
  readonly settings: EscapeSettings;
  /** λ_k of G, descending. */
  readonly eigenvalues: Float64Array;
  /** η* of SGD with this batch. */
  readonly threshold: StabilityThreshold;
  /** 2/λ₁, that of GD. */
  readonly descentThreshold: number;
  readonly sgd: Escape;
  /** The same under noise of the form Σ = 2L·G. */
  readonly decoupled: Escape;
  readonly descent: Escape;
  /** Σ_{i>k} λ_i²/Σ_{i≤k} λ_i² */
  readonly bound: number;
  /** β = η‖G‖_F·√c, for c the strength of the batch's noise: from 1 on, SGD has to escape where the alignment is 1. */
  readonly beta: number;
}

export interface Steps {
  readonly sgd: SgdStep;
  readonly descent: SgdStep;
}

/** What a step of SGD and of GD are. */
export function stepsOf({ problem }: Minimum, settings: EscapeSettings): Steps {
  const { rate: learningRate, batch, replacement, descent } = settings;
  const threshold = defined(gradientDescentThreshold(problem));
  return {
    sgd: { learningRate, batchSize: batch, replacement: replacement === "with" },
    descent: {
      learningRate: descent === "same" ? learningRate : descentRate * threshold,
      batchSize: problem.samples,
      replacement: false,
    },
  };
}

export async function numbersOf(minimum: Minimum, settings: EscapeSettings): Promise<Numbers> {
  const { problem } = minimum;
  const { eigenvalues } = problem;
  const { sgd, descent } = stepsOf(minimum, settings);
  const noise = batchNoise(problem.samples, sgd);
  return {
    settings,
    eigenvalues,
    threshold: await thresholdOf(minimum, settings),
    descentThreshold: defined(gradientDescentThreshold(problem)),
    sgd: await escapeOf(minimum, sgd, settings),
    decoupled: await decoupledEscape(eigenvalues, { learningRate: sgd.learningRate, noise }, settings),
    descent: await escapeOf(minimum, descent, settings),
    bound: defined(paperBound(eigenvalues, settings.k)),
    beta: sgd.learningRate * Math.hypot(...eigenvalues) * Math.sqrt(noise),
  };
}

let last: { readonly minimum: Minimum; readonly key: string; readonly value: StabilityThreshold } | undefined;

/** It does not depend on η: kept while that moves. */
async function thresholdOf(minimum: Minimum, settings: EscapeSettings): Promise<StabilityThreshold> {
  const { sgd } = stepsOf(minimum, settings);
  const key = `${sgd.batchSize} ${sgd.replacement}`;
  if (last?.minimum !== minimum || last.key !== key) {
    const value = defined(await stabilityThreshold(minimum.problem, sgd, { kernels: minimum.kernels }));
    last = { minimum, key, value };
  }
  return last.value;
}

async function escapeOf(
  { problem, kernels }: Minimum,
  step: SgdStep,
  { k, steps }: EscapeSettings,
): Promise<Escape> {
  const growth = defined(await growthRate(problem, step, { kernels }));
  return {
    learningRate: step.learningRate,
    growth: growth.value,
    flatOverSharp: await along(expectedLoss(problem, step, kernels), k, steps),
    limit: limitFlatOverSharp(problem, growth, k),
  };
}

async function decoupledEscape(
  eigenvalues: Float64Array,
  step: { readonly learningRate: number; readonly noise: number },
  { k, steps }: EscapeSettings,
): Promise<Escape> {
  const growth = defined(decoupledGrowth(eigenvalues, step));
  return {
    learningRate: step.learningRate,
    growth: growth.value,
    flatOverSharp: await along(decoupledLoss(eigenvalues, step), k, steps),
    limit: decoupledLimit(growth, k),
  };
}

/** D_k after 0 … `steps` steps. */
async function along(
  losses: AsyncIterable<ExpectedLoss> | Iterable<ExpectedLoss>,
  k: number,
  steps: number,
): Promise<readonly (number | Undefined)[]> {
  const found: (number | Undefined)[] = [];
  for await (const { shares } of losses) {
    found.push(flatOverSharp(shares, k));
    if (found.length > steps) break;
  }
  return found;
}

/** Whether the expected loss grows without bound, in a word. */
export function verdict({ growth }: Escape): "escapes" | "stable" | "at the threshold" {
  if (Math.abs(growth - 1) < 1e-9) return "at the threshold";
  return growth > 1 ? "escapes" : "stable";
}
