import type { SgdStep } from "../../dynamics/secondMoment.ts";
import { squaredNorm } from "../../geometry/perSample.ts";
import type { RandomStream } from "../../random/stream.ts";
import type { Row } from "../experiment.ts";
import type { Minimum } from "../minima/minimum.ts";
import { type Descend, pairedRun } from "../minima/pairedRun.ts";
import { startNear } from "../minima/startNear.ts";

export interface FollowOptions extends SgdStep {
  readonly runs: number;
  readonly steps: number;
  /** Expected loss at the start, and of f = 0, in units of which losses are reported. */
  readonly startLoss: number;
  readonly unit: number;
  readonly stream: RandomStream;
  readonly descend: Descend;
}

/**
 * How far first order reaches: run by run beside the linearised run on the same batches, by how much w of the network has left
 * that of the linearised when its loss first comes to each power of ten.
 */
export function followed(
  minimum: Minimum,
  { runs, steps, startLoss, unit, stream, ...options }: FollowOptions,
): readonly Row[] {
  const { model, theta, problem } = minimum;
  const trainer = model.trainer(theta, problem.samples);
  const rows: Row[] = [];
  for (let run = 0; run < runs; run++) {
    const start = startNear(problem, startLoss, stream.split(run, "start"));
    let decade = Math.ceil(Math.log10(startLoss / unit)) + 1;
    let time = 0;
    for (const { network, linearised } of pairedRun(minimum, trainer, {
      ...options,
      start,
      stream: stream.split(run, "batches"),
    })) {
      const loss = problem.eigenvalues.reduce((sum, value, k) => sum + (value * linearised[k] ** 2) / 2, 0);
      for (; decade <= 0 && loss >= unit * 10 ** decade; decade++) {
        const difference = network.map((value, k) => value - linearised[k]);
        const deviation = Math.sqrt(squaredNorm(difference) / squaredNorm(linearised));
        rows.push({ kind: "followed", run, time, decade, deviation });
      }
      if (decade > 0 || time++ === steps) break;
    }
  }
  trainer.release();
  return rows;
}
