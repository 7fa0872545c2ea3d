import type { ReducedProblem } from "../../dynamics/reducedProblem.ts";
import type { SgdStep } from "../../dynamics/secondMoment.ts";
import { simulateSgd } from "../../dynamics/simulate.ts";
import type { RandomStream } from "../../random/stream.ts";
import { mean } from "../rows.ts";
import type { Sizes } from "./setting.ts";

/** By how much ln L grows a step in a single trajectory: the mean over independent ones, from a quarter of their steps on. */
export async function typicalGrowth(
  problem: ReducedProblem,
  step: SgdStep,
  { trajectories: count, steps }: Sizes["single"],
  stream: RandomStream,
): Promise<number> {
  const times = [Math.floor(steps / 4), steps];
  const { records, recordLength } = await simulateSgd(problem, step, { count, times, sharpest: [], stream });
  const logLoss = (record: Float64Array, t: number): number =>
    2 * Math.LN2 * record[t * recordLength] + Math.log(record[t * recordLength + 1]);
  const grown = Array.from({ length: count }, (_, t) => logLoss(records[1], t) - logLoss(records[0], t));
  return mean(grown) / (times[1] - times[0]);
}
