import { decoupledGrowth, decoupledLimit, decoupledLoss } from "../../dynamics/decoupled.ts";
import { expectedLoss } from "../../dynamics/expectedLoss.ts";
import { growthRate, limitFlatOverSharp } from "../../dynamics/growthRate.ts";
import { type ExpectedLoss, flatOverSharp, paperBound } from "../../dynamics/lossShares.ts";
import type { ReducedProblem } from "../../dynamics/reducedProblem.ts";
import type { SgdStep } from "../../dynamics/secondMoment.ts";
import { simulateSgd } from "../../dynamics/simulate.ts";
import { simulatedFlatOverSharp, simulatedGrowth } from "../../dynamics/simulationEstimates.ts";
import type { Trajectories } from "../../dynamics/trajectories.ts";
import { defined } from "../../geometry/undefined.ts";
import type { Kernels } from "../../linalg/kernels/kernels.ts";
import type { RandomStream } from "../../random/stream.ts";
import type { Row, TrialContext } from "../experiment.ts";
import { descent } from "./descent.ts";
import { minimum, sgdStep } from "./minimum.ts";
import { pathsOf } from "./pathsOf.ts";
import { type Sizes, type Step, sharpest, steps } from "./setting.ts";
import { typicalGrowth } from "./typicalGrowth.ts";

export interface EscapeTrial extends Record<string, number | string> {
  spectrum: string;
  seed: number;
}

/** Escape of SGD at every step size and batch, simulated and exact, and that of GD, from one minimum. */
export async function measure(
  { spectrum, seed }: EscapeTrial,
  { kernels, stream }: TrialContext,
  sizes: Sizes,
): Promise<readonly Row[]> {
  const problem = await minimum(spectrum, sizes, stream, kernels);
  const rows: Row[] = [...(await descent(problem, sizes, stream.split("descent")))];
  for (const [index, step] of steps.entries()) {
    rows.push(...(await escapeRows(problem, step, sizes, stream.split("step", index), kernels)));
  }
  if (seed === 0) rows.push(...(await pathsOf(problem, stream.split("paths"))));
  return rows;
}

async function escapeRows(
  problem: ReducedProblem,
  named: Step,
  sizes: Sizes,
  stream: RandomStream,
  kernels: Kernels,
): Promise<readonly Row[]> {
  const { times, trajectories: count, populations } = sizes;
  const step = sgdStep(problem, named);
  const simulated = await simulateSgd(problem, step, {
    count,
    populationSize: Math.ceil(count / populations),
    times,
    sharpest,
    stream: stream.split("populations"),
    threads: kernels.threads,
  });
  const exact = await valuesAt(times, expectedLoss(problem, step, kernels));
  const noise = { learningRate: step.learningRate, noise: 1 / step.batchSize };
  const decoupled = await valuesAt(times, decoupledLoss(problem.eigenvalues, noise));
  const growth = defined(await growthRate(problem, step, { kernels }));
  const decoupledRate = defined(decoupledGrowth(problem.eigenvalues, noise));
  const shares = times.flatMap((time, index) =>
    sharpest.map((k): Row => {
      const { value, logError } = defined(simulatedFlatOverSharp(simulated, index, k));
      return {
        kind: "share",
        ...named,
        time,
        k,
        simulated: value,
        logError,
        exact: defined(flatOverSharp(exact[index].shares, k)),
        decoupled: defined(flatOverSharp(decoupled[index].shares, k)),
        limit: defined(limitFlatOverSharp(problem, growth, k)),
        decoupledLimit: defined(decoupledLimit(decoupledRate, k)),
        bound: defined(paperBound(problem.eigenvalues, k)),
      };
    }),
  );
  return [
    ...shares,
    {
      kind: "growth",
      ...named,
      ...growthOver(simulated, exact),
      limit: Math.log(growth.value),
      decoupledLimit: Math.log(decoupledRate.value),
      typical: await typicalGrowth(problem, step, sizes.single, stream.split("single")),
      descent: Math.log(descentGrowth(problem, step)),
    },
  ];
}

/** ln(E L(t)/E L(0))/t at the last time, simulated and exact. */
function growthOver(simulated: Trajectories, exact: readonly ExpectedLoss[]): Row {
  const last = simulated.times.length - 1;
  const { value, logError } = defined(simulatedGrowth(simulated, 0, last));
  return { simulated: Math.log(value), logError, exact: exact[last].logLoss / simulated.times[last] };
}

function descentGrowth({ eigenvalues }: ReducedProblem, { learningRate }: SgdStep): number {
  return eigenvalues.reduce((most, value) => Math.max(most, (1 - learningRate * value) ** 2), 0);
}

/** The values of a sequence at some of its steps, ascending. */
async function valuesAt(
  times: readonly number[],
  values: AsyncIterable<ExpectedLoss> | Iterable<ExpectedLoss>,
): Promise<ExpectedLoss[]> {
  const found: ExpectedLoss[] = [];
  let time = 0;
  for await (const value of values) {
    if (time === times[found.length]) found.push({ ...value, shares: value.shares.slice() });
    if (found.length === times.length) break;
    time++;
  }
  return found;
}
