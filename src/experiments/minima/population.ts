import { batchSampler } from "../../data/batches.ts";
import { sum } from "../../dynamics/lossShares.ts";
import type { SgdStep } from "../../dynamics/secondMoment.ts";
import type { RandomStream } from "../../random/stream.ts";
import type { Minimum } from "./minimum.ts";
import type { Descend } from "./pairedRun.ts";

export interface PopulationOptions extends SgdStep {
  readonly runs: number;
  /** w at which a run begins. */
  readonly start: (run: number) => Float64Array;
  readonly stream: RandomStream;
  readonly descend: Descend;
}

/** A run of the network at some time. */
export interface Walker {
  readonly theta: Float64Array;
  /** w = Vᵀ(θ − θ*) */
  readonly coordinates: Float64Array;
  /** What it counts in a mean over the walkers, 1 at the start. */
  readonly weight: number;
}

/**
 * The network's own SGD from near its minimum, many runs in step: at the start, then after each step. Of runs that escape, fewer
 * and fewer carry the mean loss. Wherever fewer than half of them do, they are drawn anew, each as often as its part of it says,
 * and their weights are changed so that expectations stay what they are (sequential Monte Carlo; Del Moral 2004).
 */
export function* networkPopulation(
  minimum: Minimum,
  { runs, start, stream, learningRate, descend, ...draw }: PopulationOptions,
): Generator<readonly Walker[], never> {
  const { problem, model, theta, displaced, coordinates } = minimum;
  const { samples, eigenvalues } = problem;
  const trainer = model.trainer(theta, samples);
  const chances = stream.split("chances");
  const nextBatch = Array.from({ length: runs }, (_, run) =>
    batchSampler({ ...draw, samples, stream: stream.split(run, "batches") }),
  );
  let walkers: readonly Walker[] = nextBatch.map((_, run) => {
    const w = start(run);
    return { theta: displaced(w), coordinates: w, weight: 1 };
  });
  for (;;) {
    yield walkers;
    const source = resampled(walkers, eigenvalues, () => chances.uniform());
    walkers = source.map((walker, run) => {
      trainer.theta.set(walker.theta);
      descend(trainer, nextBatch[run](), learningRate);
      const moved = Float64Array.from(trainer.theta);
      return { theta: moved, coordinates: coordinates(moved), weight: walker.weight };
    });
  }
}

/** As many walkers, drawn by one number for all, evenly spaced, where fewer than half carry the loss ½ Σ λ_k w_k². */
function resampled(
  walkers: readonly Walker[],
  eigenvalues: Float64Array,
  uniform: () => number,
): readonly Walker[] {
  const losses = Float64Array.from(
    walkers,
    ({ coordinates, weight }) => weight * sum(eigenvalues.map((value, k) => value * coordinates[k] ** 2)),
  );
  const total = sum(losses);
  if (2 * total * total >= losses.length * sum(losses.map((loss) => loss * loss))) return walkers;
  const share = total / losses.length;
  const first = uniform();
  let source = 0;
  let upTo = losses[0];
  return walkers.map((_, target) => {
    while (upTo < (target + first) * share && source < losses.length - 1) upTo += losses[++source];
    const drawn = walkers[source];
    return { ...drawn, weight: (drawn.weight * share) / losses[source] };
  });
}
