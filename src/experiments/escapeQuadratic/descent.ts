import type { ReducedProblem } from "../../dynamics/reducedProblem.ts";
import { simulateSgd } from "../../dynamics/simulate.ts";
import { simulatedFlatOverSharp } from "../../dynamics/simulationEstimates.ts";
import { defined } from "../../geometry/undefined.ts";
import type { RandomStream } from "../../random/stream.ts";
import type { Row } from "../experiment.ts";
import { descentRate, type Sizes } from "./setting.ts";

/** GD beyond 2/λ₁: D_1 at the times of SGD's and at half and all of its steps, simulated and in closed form. */
export async function descent(
  problem: ReducedProblem,
  sizes: Sizes,
  stream: RandomStream,
): Promise<readonly Row[]> {
  const { eigenvalues, samples } = problem;
  const learningRate = (2 * descentRate) / eigenvalues[0];
  const last = sizes.descent.steps;
  const times = [...new Set([...sizes.times, Math.floor(last / 2), last])].sort((a, b) => a - b);
  const step = { learningRate, batchSize: samples, replacement: false };
  const simulated = await simulateSgd(problem, step, {
    count: sizes.descent.trajectories,
    times,
    sharpest: [1],
    stream,
  });
  const decay = decayOf(eigenvalues, learningRate);
  return times.map((time, index) => ({
    kind: "descent",
    time,
    simulated: defined(simulatedFlatOverSharp(simulated, index, 1)).value,
    exact: flatOverFirst(eigenvalues, learningRate, time),
    decay,
  }));
}

/** Σ_{i>1} λ_i(1−ηλ_i)^2t/λ₁(1−ηλ₁)^2t, D_1 from w_0 ~ N(0, I). */
function flatOverFirst(eigenvalues: Float64Array, learningRate: number, time: number): number {
  const first = Math.abs(1 - learningRate * eigenvalues[0]);
  return eigenvalues.subarray(1).reduce((sum, value) => {
    const ratio = Math.abs(1 - learningRate * value) / first;
    return sum + (value / eigenvalues[0]) * ratio ** (2 * time);
  }, 0);
}

/** Of ln D_1 a step, in the long run: 2·ln(max_{i>1} |1−ηλ_i|/|1−ηλ₁|). */
function decayOf(eigenvalues: Float64Array, learningRate: number): number {
  const stays = eigenvalues.map((value) => Math.abs(1 - learningRate * value));
  return 2 * Math.log(stays.subarray(1).reduce((most, stay) => Math.max(most, stay), 0) / stays[0]);
}
