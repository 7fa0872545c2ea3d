import { gradientDescentGrowth, growthRate } from "../../dynamics/growthRate.ts";
import { stabilityThreshold } from "../../dynamics/stability.ts";
import { defined } from "../../geometry/undefined.ts";
import type { Row, TrialContext } from "../experiment.ts";
import { networkRuns } from "./networkRuns.ts";
import { draws, factors, networkFactors, type Sizes } from "./setting.ts";
import { meanGrowth, singleRuns } from "./simulated.ts";
import { subjects } from "./subjects.ts";
import { thresholds } from "./thresholds.ts";

export interface StabilityTrial extends Record<string, number | string> {
  model: string;
  seed: number;
}

/** One minimum: its thresholds against B, and runs from it with η below and above them. */
export async function measure(
  { model }: StabilityTrial,
  { kernels, stream }: TrialContext,
  sizes: Sizes,
): Promise<readonly Row[]> {
  const subject = subjects.get(model);
  if (!subject) throw new RangeError(`model: got ${model}`);
  const { problem, network } = await subject(stream.split("minimum"), kernels);
  const rows: Row[] = [...(await thresholds(problem, stream.split("residuals"), kernels))];
  for (const [name, draw] of draws) {
    const { value: threshold } = defined(await stabilityThreshold(problem, draw, { kernels }));
    for (const factor of factors) {
      const step = { ...draw, learningRate: factor * threshold };
      const own = stream.split(name, factor);
      const exact = defined(await growthRate(problem, step, { kernels }));
      const moment = defined(exact.moment);
      rows.push({
        kind: "runs",
        draw: name,
        factor,
        exact: exact.value,
        gradientDescent: defined(gradientDescentGrowth(problem.eigenvalues, step.learningRate)),
        measured: await meanGrowth(problem, step, moment, {
          ...sizes.population,
          stream: own.split("population"),
        }),
        ...(await singleRuns(problem, step, moment, { ...sizes.single, stream: own.split("single") })),
        ...(network && networkFactors.includes(factor)
          ? networkRuns(network, step, moment, { ...sizes.network, stream: own.split("network") })
          : {}),
      });
    }
  }
  return rows;
}
