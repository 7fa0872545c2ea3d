import type { RandomStream } from "../random/stream.ts";
import { type DecoupledStep, decoupledSizes } from "./decoupled.ts";
import { stepSizes } from "./secondMoment.ts";
import { splitPopulation } from "./splitPopulation.ts";
import {
  checkSimulation,
  type LossParts,
  lossParts,
  type SimulationOptions,
  startOf,
  type Trajectories,
} from "./trajectories.ts";

/** The loss that a trajectory may reach either way before it is scaled back. */
const largestLoss = 2 ** 40;
/** Of work between two turns of the event loop. */
const turnSeconds = 0.05;
/** Trajectories that go through a step together where they are no population. */
const blockSize = 64;

/**
 * Trajectories under decoupled Gaussian noise, of covariance c·2L·G: w_i ← (1−ηλ_i)w_i + η√(c·2L·λ_i)·ξ_i with 2L = Σ_j λ_j w_j²
 * (docs/theory.md §5), so that second moments follow `decoupledLoss` exactly. Without noise it is GD. Eigenvalues are those of
 * G, descending. Directions of eigenvalue 0 carry no loss and stay at 0. Throws as `decoupledGrowth` does, and a RangeError on
 * options that make no sense and where the first eigenvalue is not above 0.
 */
export async function simulateDecoupled(
  eigenvalues: Float64Array,
  step: DecoupledStep,
  options: SimulationOptions,
): Promise<Trajectories> {
  decoupledSizes(eigenvalues, step);
  checkSimulation(options, eigenvalues[0] > 0 ? eigenvalues.length : 0);
  return decoupledTrajectories(eigenvalues, step, lossParts(eigenvalues, options.sharpest, 0), options);
}

/** The same with other parts of the loss than the eigenvalues by themselves ask for. */
export async function decoupledTrajectories(
  eigenvalues: Float64Array,
  step: DecoupledStep,
  parts: LossParts,
  options: SimulationOptions,
): Promise<Trajectories> {
  const { count, times, kept = [], populationSize = 1, stream, onProgress, signal } = options;
  const recordLength = 1 + parts.cuts.length + kept.length;
  const records = times.map(() => new Float64Array(count * recordLength));
  const together = populationSize > 1 ? populationSize : blockSize;
  const lastTime = times[times.length - 1];
  let turn = performance.now();

  async function pause(fraction: number): Promise<void> {
    if (performance.now() - turn < 1000 * turnSeconds) return;
    await new Promise((resolve) => setTimeout(resolve, 0));
    signal?.throwIfAborted();
    onProgress?.(fraction);
    turn = performance.now();
  }

  for (let first = 0; first < count; first += together) {
    const members = Array.from({ length: Math.min(together, count - first) }, (_, k) =>
      stream.split("trajectory", first + k),
    );
    const walk = decoupledWalk(eigenvalues, step, members);
    const own = stream.split("population", first);
    let steps = 0;
    for (const [index, time] of times.entries()) {
      for (; steps < time; steps++) {
        walk.step();
        if (populationSize > 1) walk.split(() => own.uniform());
        await pause((first + (members.length * steps) / lastTime) / count);
      }
      walk.record(parts.cuts, kept, records[index].subarray(first * recordLength));
    }
  }
  onProgress?.(1);
  return { count, populationSize, times, parts, records, recordLength };
}

/** Some trajectories in step, in place. */
function decoupledWalk(
  eigenvalues: Float64Array,
  { learningRate, noise }: DecoupledStep,
  members: readonly RandomStream[],
) {
  const rank = eigenvalues.length;
  const sizes = stepSizes(eigenvalues, learningRate);
  const weights = eigenvalues.map((value) => value / eigenvalues[0]);
  const stays = sizes.map((size) => 1 - size);
  // η√(c·λ₁λ_i), for noise of size √(2L/λ₁)·ξ
  const kicks = weights.map((weight) => sizes[0] * Math.sqrt(noise * weight));
  const vectors = new Float64Array(members.length * rank);
  const exponents = new Int32Array(members.length);
  const streams = members.map((stream) => stream.split("noise"));
  for (const [t, stream] of members.entries()) {
    const start = startOf(stream, rank);
    for (let i = 0; i < rank; i++) vectors[t * rank + i] = weights[i] > 0 ? start[i] : 0;
  }

  /** 2L/λ₁ before 4^exponent, from the directions in [begin, end). */
  const lossOf = (t: number, begin: number, end: number): number => {
    let sum = 0;
    for (let i = begin; i < end; i++) sum += weights[i] * vectors[t * rank + i] ** 2;
    return sum;
  };
  const scaledBack = (t: number): number => {
    const loss = lossOf(t, 0, rank);
    if (loss === 0 || (loss <= largestLoss && loss >= 1 / largestLoss)) return loss;
    const shift = Math.floor(Math.log2(loss) / 2);
    for (let k = t * rank; k < (t + 1) * rank; k++) vectors[k] *= 2 ** -shift;
    exponents[t] += shift;
    return loss * 4 ** -shift;
  };
  const stepOf = (t: number): void => {
    const scale = Math.sqrt(scaledBack(t));
    const stream = streams[t];
    for (let i = 0, k = t * rank; i < rank; i++, k++) {
      vectors[k] *= stays[i];
      if (noise > 0) vectors[k] += kicks[i] * scale * stream.gaussian();
    }
  };

  return {
    step(): void {
      for (let t = 0; t < members.length; t++) stepOf(t);
    },
    split(uniform: () => number): void {
      const losses = Float64Array.from(members, (_, t) => scaledBack(t));
      splitPopulation({ vectors, exponents }, losses, uniform);
    },
    record(cuts: readonly number[], kept: readonly number[], into: Float64Array): void {
      const length = 1 + cuts.length + kept.length;
      for (let t = 0; t < members.length; t++) {
        const parts = cuts.map((end, part) => lossOf(t, cuts[part - 1] ?? 0, end));
        into.set([exponents[t], ...parts, ...kept.map((i) => vectors[t * rank + i])], t * length);
      }
    },
  };
}
