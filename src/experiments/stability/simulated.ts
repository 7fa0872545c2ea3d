import type { ReducedProblem } from "../../dynamics/reducedProblem.ts";
import type { SgdStep } from "../../dynamics/secondMoment.ts";
import { simulateSgd } from "../../dynamics/simulate.ts";
import type { Trajectories } from "../../dynamics/trajectories.ts";
import { squaredNorm } from "../../geometry/perSample.ts";
import type { Matrix } from "../../linalg/matrix.ts";
import type { RandomStream } from "../../random/stream.ts";
import { quadraticForm } from "../minima/quadraticForm.ts";
import { mean } from "../rows.ts";
import { leavingFactor, stride } from "./setting.ts";

interface Runs {
  readonly runs: number;
  readonly steps: number;
  readonly stream: RandomStream;
}

/**
 * By how much SGD multiplies E wᵀMw a step, measured on a population from w_0 ~ N(0, I). With M the second moment that grows at
 * rate ρ that is ρ from any start at every step, for the map of second moments is self-adjoint.
 */
export async function meanGrowth(
  problem: ReducedProblem,
  step: SgdStep,
  moment: Matrix,
  { runs, steps, stream }: Runs,
): Promise<number> {
  const options = { count: runs, populationSize: runs, times: [0, steps], sharpest: [], stream };
  const trajectories = await simulateSgd(problem, step, { ...options, kept: all(problem) });
  const [start, end] = logForms(trajectories, (w) => quadraticForm(moment, w)).map(logMean);
  return Math.exp((end - start) / steps);
}

export interface SingleRuns {
  /** Share of the runs that have left, at one look or another. */
  readonly left: number;
  /** By how much ‖w‖² grows a step in a typical run: exp of the mean of ln(‖w_T‖²/‖w_0‖²)/T. */
  readonly typicalGrowth: number;
}

/** SGD from w_0 ~ N(0, I), run by run; `moment` is the M of `leavingFactor`. */
export async function singleRuns(
  problem: ReducedProblem,
  step: SgdStep,
  moment: Matrix,
  { runs, steps, stream }: Runs,
): Promise<SingleRuns> {
  const times = Array.from({ length: Math.floor(steps / stride) + 1 }, (_, k) => k * stride);
  const options = { count: runs, times, sharpest: [], stream };
  const trajectories = await simulateSgd(problem, step, { ...options, kept: all(problem) });
  const forms = logForms(trajectories, (w) => quadraticForm(moment, w));
  const left = forms[0].filter((start, run) =>
    forms.some((form) => form[run] >= start + Math.log(leavingFactor)),
  );
  const squares = logForms(trajectories, squaredNorm).map(mean);
  const growth = (squares[times.length - 1] - squares[0]) / times[times.length - 1];
  return { left: left.length / runs, typicalGrowth: Math.exp(growth) };
}

function all({ rank }: ReducedProblem): readonly number[] {
  return Array.from({ length: rank }, (_, k) => k);
}

/** ln of a quadratic form of every trajectory, time by time; all of w must have been kept. */
function logForms(
  { count, records, recordLength, parts }: Trajectories,
  form: (w: Float64Array) => number,
): readonly (readonly number[])[] {
  return records.map((record) =>
    Array.from({ length: count }, (_, run) => {
      const first = run * recordLength;
      const w = record.subarray(first + 1 + parts.cuts.length, first + recordLength);
      return 2 * Math.LN2 * record[first] + Math.log(form(w));
    }),
  );
}

/** ln of the mean of what these are the logarithms of. */
function logMean(logs: readonly number[]): number {
  const largest = Math.max(...logs);
  return largest + Math.log(mean(logs.map((log) => Math.exp(log - largest))));
}
