import type { RandomStream } from "../random/stream.ts";

/** What to simulate, and what to keep of it. */
export interface SimulationOptions {
  /** How many trajectories; at least 1. */
  readonly count: number;
  /** Steps after which the loss of every trajectory is recorded, at least one, ascending; 0 is the start. */
  readonly times: readonly number[];
  /** The k for which D_k can be told afterwards; at least 1 each. */
  readonly sharpest: readonly number[];
  /** Eigen-directions, from 0 to r−1, whose w_i is recorded as well; none by default. */
  readonly kept?: readonly number[];
  /**
   * How many trajectories, in their order, make a population; 1 by default. A population is split: wherever fewer than half of
   * its trajectories carry its loss, those of much loss are copied and those of little dropped, and scaled to equal losses.
   * Expectations of the loss and its parts are left as they are, but their means stay within reach over many steps, where
   * those over independent trajectories depend on ever fewer of them.
   */
  readonly populationSize?: number;
  /**
   * Trajectory t draws from its child ("trajectory", t) alone: w_0 ~ N(0, I) from "start", then from "batches" or "noise". The
   * population that begins with trajectory t draws what it needs from ("population", t).
   */
  readonly stream: RandomStream;
  /** Called with the done part of the work, in (0, 1]. */
  readonly onProgress?: ((fraction: number) => void) | undefined;
  /** Looked at every 0.1 s or so; when it is aborted, its reason is thrown. */
  readonly signal?: AbortSignal | undefined;
}

/** Many trajectories w of one problem at some times, independent up to their populations. */
export interface Trajectories {
  readonly count: number;
  readonly populationSize: number;
  readonly times: readonly number[];
  readonly parts: LossParts;
  /**
   * For every time `count` records of `recordLength` numbers: e, then Σ (λ_i/λ₁) w̃_i² over each part, then the w̃_i kept, where
   * w = w̃·2^e: neither growth nor decay over any number of steps leaves float64.
   */
  readonly records: readonly Float64Array[];
  readonly recordLength: number;
}

/** The loss by groups of eigen-directions, so that D_k can be told for some k. */
export interface LossParts {
  /** Ascending positions, r the last: part j has the directions before cut j, and after the one before. */
  readonly cuts: readonly number[];
  /** For every k, how much of each part belongs to the k sharpest. */
  readonly sharp: ReadonlyMap<number, readonly number[]>;
}

/**
 * Parts that begin and end where some D_k wants them to. Directions of equal eigenvalue, which are not told apart
 * (`lossContributions`), stay in one part, of which the k sharpest may have a fraction. Eigenvalues are descending, equal
 * where they differ by at most `rounding`.
 */
export function lossParts(
  eigenvalues: Float64Array,
  sharpest: readonly number[],
  rounding: number,
): LossParts {
  const rank = eigenvalues.length;
  const groups = new Map(sharpest.map((k) => [k, equalTo(eigenvalues, k, rounding)]));
  const cuts = [...new Set([...groups.values()].flat()), rank]
    .filter((cut, position, all) => cut > 0 && all.indexOf(cut) === position)
    .sort((a, b) => a - b);
  const sharp = new Map(
    [...groups].map(([k, [first, end]]) => [
      k,
      cuts.map((cut) => (cut <= first ? 1 : cut > end || k <= first ? 0 : (k - first) / (end - first))),
    ]),
  );
  return { cuts, sharp };
}

/** The directions [first, end) of the eigenvalue at which the k sharpest end; [k, k) where they end between two. */
function equalTo(eigenvalues: Float64Array, k: number, rounding: number): [first: number, end: number] {
  if (!(Number.isInteger(k) && k >= 1)) {
    throw new RangeError(`k: expected a whole number of at least 1, got ${k}`);
  }
  const rank = eigenvalues.length;
  if (k >= rank) return [rank, rank];
  const follows = (i: number) => eigenvalues[i - 1] - eigenvalues[i] <= rounding;
  if (!follows(k)) return [k, k];
  let first = k;
  let end = k;
  while (first > 0 && follows(first)) first--;
  while (end < rank && follows(end)) end++;
  return [first, end];
}

/** Throws a RangeError on options that make no sense. */
export function checkSimulation(
  { count, times, kept = [], populationSize = 1 }: SimulationOptions,
  rank: number,
): void {
  for (const [name, value] of Object.entries({ count, populationSize })) {
    if (Number.isInteger(value) && value >= 1) continue;
    throw new RangeError(`${name}: expected a whole number of at least 1, got ${value}`);
  }
  const ascending = times.every((time, i) => Number.isInteger(time) && time >= (i === 0 ? 0 : times[i - 1]));
  if (times.length === 0 || !ascending) {
    throw new RangeError(`times: expected whole numbers of at least 0, ascending, got ${times.join(", ")}`);
  }
  const wrong = kept.find((i) => !(Number.isInteger(i) && i >= 0 && i < rank));
  if (wrong !== undefined)
    throw new RangeError(`kept: expected directions from 0 to ${rank - 1}, got ${wrong}`);
  if (rank === 0) throw new RangeError("expected a loss to begin with, got none: G = 0");
}

/** w_0 of the trajectory with this stream. */
export function startOf(stream: RandomStream, rank: number): Float64Array {
  return stream.split("start").gaussians(new Float64Array(rank));
}
