import { type DescentLane, openDescent } from "../linalg/kernels/descent.ts";
import type { DescentBlock } from "../linalg/kernels/descentCommand.ts";
import { matrix } from "../linalg/matrix.ts";
import { batchNoise } from "./batchNoise.ts";
import type { ReducedProblem } from "./reducedProblem.ts";
import { type SgdStep, stepSizes } from "./secondMoment.ts";
import { decoupledTrajectories } from "./simulateDecoupled.ts";
import {
  checkSimulation,
  lossParts,
  type SimulationOptions,
  startOf,
  type Trajectories,
} from "./trajectories.ts";

/** Trajectories that go through a step together, where they are no population: few enough to stay in the cache beside X. */
const blockSize = 64;
/** Of one command, so that an interrupt is heard. */
const commandSeconds = 0.05;
/** Below this, threads take longer to start than they save. */
const secondsForThread = 0.15;
/** Measured: what a step costs a trajectory beside its arithmetic, and that. */
const cost = { step: 6e-8, flop: 1 / 1e10 };

/**
 * SGD near a minimum, w ← w − (η/B)·Σ_{i in batch} X_iᵀX_i w in the eigenbasis of G, for many trajectories (docs/theory.md §5).
 * Batches without replacement of all n samples make it GD. Trajectories are the same to the bit with any number of threads, and
 * on every machine; the first ones are the same whatever the number of trajectories, up to whole populations. `threads`, 1
 * by default, is how many it may use. Throws a RangeError on options, a batch or a learning rate that make no sense, where G = 0,
 * and where X takes more than 2 GiB.
 */
export async function simulateSgd(
  problem: ReducedProblem,
  step: SgdStep,
  options: SimulationOptions & { readonly threads?: number },
): Promise<Trajectories> {
  const { rank, outputs, eigenvalues, rows } = problem;
  const { count, times, sharpest, kept = [], populationSize = 1, stream, threads = 1 } = options;
  checkSimulation(options, rank);
  const parts = lossParts(eigenvalues, sharpest, rows.rows * Number.EPSILON * eigenvalues[0]);
  if (batchNoise(problem.samples, step) === 0) {
    return decoupledTrajectories(eigenvalues, { ...step, noise: 0 }, parts, options);
  }

  const population = populationSize > 1;
  const stepSeconds = cost.step + cost.flop * (4 * step.batchSize * outputs + (population ? 3 : 0)) * rank;
  const seconds = count * times[times.length - 1] * stepSeconds;
  const lanes = Math.max(1, Math.min(threads, count, Math.floor(seconds / secondsForThread)));
  const together = population ? populationSize : Math.min(blockSize, Math.ceil(count / lanes));
  const commands = commandsFor(times, Math.max(1, Math.floor(commandSeconds / (together * stepSeconds))));
  const root = Math.sqrt(eigenvalues[0]);
  const descent = await openDescent(
    {
      rows: matrix(
        rows.rows,
        rank,
        rows.data.map((value) => value / root),
      ),
      outputs,
      batchSize: step.batchSize,
      replacement: step.replacement,
      scale: stepSizes(eigenvalues, step.learningRate)[0] / step.batchSize,
      observed: { weights: eigenvalues.map((value) => value / eigenvalues[0]), cuts: parts.cuts, kept },
      population,
    },
    lanes,
  );
  const { recordLength } = descent;
  const records = times.map(() => new Float64Array(count * recordLength));

  let nextFirst = 0;
  function begin(): NumberedBlock | undefined {
    const first = nextFirst;
    if (first >= count) return undefined;
    nextFirst += together;
    const members = Array.from({ length: Math.min(together, count - first) }, (_, k) =>
      stream.split("trajectory", first + k),
    );
    const starts = matrix(members.length, rank);
    for (const [k, member] of members.entries()) starts.data.set(startOf(member, rank), k * rank);
    const streams = members.map((member) => member.split("batches"));
    if (population) streams.push(stream.split("population", first));
    const identities = streams.map(({ identity }) => identity);
    return { first, block: descent.begin(starts, identities) };
  }

  /** Begun while lanes are busy, so that none of them waits for its numbers. */
  let ahead: NumberedBlock | undefined;
  function take(): NumberedBlock | undefined {
    const next = ahead ?? begin();
    ahead = undefined;
    return next;
  }

  let done = 0;
  async function work(lane: DescentLane): Promise<void> {
    for (let next = take(); next; next = take()) {
      const { first, block } = next;
      const length = block.count * recordLength;
      for (const pieces of commands) {
        options.signal?.throwIfAborted();
        const steps = pieces.map((piece) => piece.steps);
        const running = lane.run(block, steps);
        ahead ??= begin();
        const found = await running;
        for (const [k, { time }] of pieces.entries()) {
          if (time === undefined) continue;
          records[time].set(found.subarray(k * length, (k + 1) * length), first * recordLength);
        }
        done += block.count / commands.length;
        options.onProgress?.(Math.min(1, done / count));
      }
    }
  }

  try {
    await Promise.all(descent.lanes.map(work));
  } finally {
    await descent.close();
  }
  return { count, populationSize, times, parts, records, recordLength };
}

/** A block and its first trajectory. */
interface NumberedBlock {
  readonly first: number;
  readonly block: DescentBlock;
}

/** Some steps, after which it may be the time of that index. */
interface Piece {
  readonly steps: number;
  readonly time: number | undefined;
}

/** The way through all times, in commands of at most `most` steps. */
function commandsFor(times: readonly number[], most: number): readonly (readonly Piece[])[] {
  const commands: Piece[][] = [[]];
  let steps = 0;
  const add = (piece: Piece): void => {
    if (steps + piece.steps > most && steps > 0) {
      commands.push([]);
      steps = 0;
    }
    commands[commands.length - 1].push(piece);
    steps += piece.steps;
  };
  for (const [time, end] of times.entries()) {
    let left = end - (times[time - 1] ?? 0);
    for (; left > most; left -= most) add({ steps: most, time: undefined });
    add({ steps: left, time });
  }
  return commands;
}
