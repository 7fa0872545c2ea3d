import {
  type SimulatedValue,
  simulatedFlatOverSharp,
  simulatedGrowth,
} from "../dynamics/simulationEstimates.ts";
import type { SimulationOptions, Trajectories } from "../dynamics/trajectories.ts";
import { type Undefined, zeroGaussNewton } from "../geometry/undefined.ts";
import { createStream } from "../random/index.ts";
import { startProgress } from "./progress.ts";

export interface SimulationRequest {
  readonly trajectories: number;
  /** T */
  readonly steps: number;
  readonly seed: number;
}

/** What simulated trajectories say of an escape. */
export interface EscapeSimulation extends SimulationRequest {
  /** Of the mean loss, over the second half of the steps. */
  readonly growthRate: SimulatedValue | Undefined;
  /** D_k(T), in the order of k. */
  readonly shares: readonly (SimulatedValue | Undefined)[];
}

/** Populations are what errors are taken over: so many where there are enough trajectories, none smaller than this. */
const populations = { most: 32, smallest: 16 };

/** From w_0 ~ N(0, I), in independent populations. `simulate` is asked only where there is an eigenvalue above 0. */
export async function simulateEscape(
  request: SimulationRequest,
  ks: readonly number[],
  eigenvalues: Float64Array,
  simulate: (options: SimulationOptions) => Promise<Trajectories>,
  signal: AbortSignal,
): Promise<EscapeSimulation> {
  const { trajectories: count, steps, seed } = request;
  if (!(eigenvalues[0] > 0)) {
    return { ...request, growthRate: zeroGaussNewton, shares: ks.map(() => zeroGaussNewton) };
  }
  const progress = startProgress(`simulating ${count} trajectories`);
  try {
    const found = await simulate({
      count,
      times: [Math.floor(steps / 2), steps],
      sharpest: ks,
      populationSize: Math.max(populations.smallest, Math.ceil(count / populations.most)),
      stream: createStream(seed).split("escape"),
      signal,
      onProgress: (fraction) => progress.update(fraction),
    });
    return {
      ...request,
      growthRate: simulatedGrowth(found, 0, 1),
      shares: ks.map((k) => simulatedFlatOverSharp(found, 1, k)),
    };
  } finally {
    progress.finish();
  }
}
