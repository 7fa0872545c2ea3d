import { growthRate } from "../../dynamics/growthRate.ts";
import type { ReducedProblem } from "../../dynamics/reducedProblem.ts";
import type { SgdStep } from "../../dynamics/secondMoment.ts";
import { defined } from "../../geometry/undefined.ts";
import type { Kernels } from "../../linalg/kernels/kernels.ts";
import type { RandomStream } from "../../random/stream.ts";
import type { Row } from "../experiment.ts";
import { mean } from "../rows.ts";
import { type Departure, departure, type Outlook } from "./departure.ts";
import { allSamples, type Estimator } from "./descent.ts";
import type { Landscape } from "./landscape.ts";
import { gdAbove, type Training } from "./setting.ts";

/** How many of the sharpest directions are counted together. */
const counts = [1, 2, 3, 5, 10, 20, 50];

/**
 * Where a large learning rate leads to from the start: the share of the squared displacement that lies in the sharpest
 * directions, one row for each number of them. Of SGD the mean over its runs, and what the exact second moment predicts; null
 * where no run leaves in time.
 */
export async function departureRows(
  landscape: Landscape,
  view: Outlook,
  { batchSize, departures, patience }: Training,
  options: {
    readonly sgd: Estimator;
    /** η of SGD, and that of GD above its edge. */
    readonly high: number;
    readonly above: number;
    readonly kernels: Kernels;
    readonly stream: RandomStream;
  },
): Promise<readonly Row[]> {
  const { sgd, high, above, kernels, stream } = options;
  const leaving = async (estimator: Estimator, learningRate: number, runs: number) => {
    const all: (Departure | undefined)[] = [];
    for (let k = 0; k < runs; k++) {
      const gradient = estimator(landscape.model, batchSize, stream.split("departure", k));
      all.push(await departure(landscape, view, gradient, { learningRate, patience }));
    }
    return all;
  };
  const step = { learningRate: high, batchSize, replacement: true };
  const predicted = await predictedShares(view.problem, step, kernels);
  const sets = [
    { optimiser: "SGD", runs: await leaving(sgd, high, departures), predicted },
    { optimiser: gdAbove, runs: await leaving(allSamples, above, 1), predicted: undefined },
  ];
  return sets.flatMap(({ optimiser, runs, predicted: expected }) => {
    const left = runs.filter((run) => run !== undefined);
    const over = (value: (run: Departure) => number) => (left.length > 0 ? mean(left.map(value)) : null);
    return counts
      .filter((count) => count <= view.problem.rank)
      .map((count) => ({
        kind: "departure",
        optimiser,
        count,
        left: left.length / runs.length,
        departureSteps: over(({ steps }) => steps),
        share: over(({ shares }) => firstOf(shares, count)),
        predicted: expected ? firstOf(expected, count) : null,
      }));
  });
}

/** E w_k²/E‖w‖² of the second moment that grows fastest (docs/theory.md §5). */
async function predictedShares(
  problem: ReducedProblem,
  step: SgdStep,
  kernels: Kernels,
): Promise<Float64Array> {
  const moment = defined(defined(await growthRate(problem, step, { kernels })).moment);
  const diagonal = problem.eigenvalues.map((_, k) => moment.data[k * (problem.rank + 1)]);
  const trace = firstOf(diagonal, problem.rank);
  return diagonal.map((value) => value / trace);
}

function firstOf(values: Float64Array, count: number): number {
  return values.subarray(0, count).reduce((sum, value) => sum + value, 0);
}
