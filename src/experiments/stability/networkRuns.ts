import type { SgdStep } from "../../dynamics/secondMoment.ts";
import { squaredNorm } from "../../geometry/perSample.ts";
import type { Matrix } from "../../linalg/matrix.ts";
import type { RandomStream } from "../../random/stream.ts";
import type { Minimum } from "../minima/minimum.ts";
import { descend, pairedRun } from "../minima/pairedRun.ts";
import { quadraticForm } from "../minima/quadraticForm.ts";
import { startNear } from "../minima/startNear.ts";
import { leavingFactor, startLoss } from "./setting.ts";

export interface NetworkRuns {
  /** Mean over runs of the largest ‖w − w'‖/‖w'‖ on the way: w of the network, w' of the linearised problem on the same batches. */
  readonly deviation: number;
  /** Share of the network's runs that have left, at one step or another. */
  readonly networkLeft: number;
  /** Share of the runs of which the linearised one says the same. */
  readonly agreed: number;
}

/** The network's own SGD from near its minimum. A run is over when it has left or the steps are done. */
export function networkRuns(
  minimum: Minimum,
  step: SgdStep,
  moment: Matrix,
  { runs, steps, stream }: { readonly runs: number; readonly steps: number; readonly stream: RandomStream },
): NetworkRuns {
  const trainer = minimum.model.trainer(minimum.theta, step.batchSize);
  const totals = { deviation: 0, networkLeft: 0, agreed: 0 };
  for (let run = 0; run < runs; run++) {
    const draws = stream.split(run);
    const options = {
      ...step,
      start: startNear(minimum.problem, startLoss, draws.split("start")),
      stream: draws,
      descend,
    };
    let first: number | undefined;
    let deviation = 0;
    let [left, linearisedLeft] = [false, false];
    let t = 0;
    for (const { network, linearised } of pairedRun(minimum, trainer, options)) {
      const [form, linearisedForm] = [network, linearised].map((w) => quadraticForm(moment, w));
      first ??= form;
      left ||= form >= leavingFactor * first;
      linearisedLeft ||= linearisedForm >= leavingFactor * first;
      deviation = Math.max(deviation, distance(network, linearised));
      if (left || linearisedLeft || t++ === steps) break;
    }
    totals.deviation += deviation / runs;
    if (left) totals.networkLeft += 1 / runs;
    if (left === linearisedLeft) totals.agreed += 1 / runs;
  }
  trainer.release();
  return totals;
}

/** ‖w − w'‖/‖w'‖. */
function distance(w: Float64Array, other: Float64Array): number {
  return Math.sqrt(squaredNorm(w.map((value, k) => value - other[k])) / squaredNorm(other));
}
