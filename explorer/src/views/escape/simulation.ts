import type { SgdStep } from "../../../../src/dynamics/secondMoment.ts";
import { simulateSgd } from "../../../../src/dynamics/simulate.ts";
import {
  carriers,
  type SimulatedValue,
  simulatedFlatOverSharp,
} from "../../../../src/dynamics/simulationEstimates.ts";
import type { Trajectories } from "../../../../src/dynamics/trajectories.ts";
import type { Undefined } from "../../../../src/geometry/undefined.ts";
import { type Cloud, cloudOf, flatDirection } from "./cloud.ts";
import type { EscapeSettings } from "./fields.ts";
import { stepsOf } from "./numbers.ts";
import type { Minimum } from "./problem.ts";

/** Independent groups of trajectories that the means are over: each is split where few of its trajectories carry its loss. */
export const populations = 16;

/** D_k at some steps, as the mean over simulated populations. */
export interface SimulatedMean {
  readonly times: readonly number[];
  readonly flatOverSharp: readonly (SimulatedValue | Undefined)[];
}

/** Independent trajectories of SGD and GD from the same starts. */
export interface Clouds {
  readonly sgd: Cloud;
  readonly descent: Cloud;
  /** How many of the trajectories of SGD carry its mean loss at the last step: (ΣL)²/ΣL². */
  readonly carriers: number;
}

export async function simulatedMean(
  minimum: Minimum,
  settings: EscapeSettings,
  pause: () => Promise<void>,
): Promise<SimulatedMean> {
  const { count, steps, k } = settings;
  const times = [...new Set(Array.from({ length: 21 }, (_, i) => Math.round((i * steps) / 20)))];
  const simulated = await simulate(
    minimum,
    stepsOf(minimum, settings).sgd,
    {
      count,
      times,
      sharpest: [k],
      populationSize: Math.ceil(count / populations),
      stream: minimum.stream.split("populations"),
    },
    pause,
  );
  return { times, flatOverSharp: times.map((_, index) => simulatedFlatOverSharp(simulated, index, k)) };
}

export async function clouds(
  minimum: Minimum,
  settings: EscapeSettings,
  pause: () => Promise<void>,
): Promise<Clouds> {
  const { count, steps } = settings;
  const { sgd, descent } = stepsOf(minimum, settings);
  const options = {
    count,
    times: Array.from({ length: steps + 1 }, (_, time) => time),
    sharpest: [1],
    kept: [0, flatDirection(minimum.problem.rank)],
    stream: minimum.stream.split("paths"),
  };
  const ofSgd = await simulate(minimum, sgd, options, pause);
  const ofDescent = await simulate(minimum, descent, options, pause);
  return {
    sgd: await cloudOf(ofSgd, pause),
    descent: await cloudOf(ofDescent, pause),
    carriers: carriers(ofSgd, steps),
  };
}

type Options = Parameters<typeof simulateSgd>[2];

/** In the worker's own thread; `pause` ends it by what it throws. */
async function simulate(
  { problem }: Minimum,
  step: SgdStep,
  options: Options,
  pause: () => Promise<void>,
): Promise<Trajectories> {
  const ending = new AbortController();
  const onProgress = () => void pause().catch((reason) => ending.abort(reason));
  const simulated = await simulateSgd(problem, step, { ...options, onProgress, signal: ending.signal });
  await pause();
  return simulated;
}
