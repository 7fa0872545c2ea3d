import type { Schedule } from "../../dynamics/schedules.ts";
import type { Kernels } from "../../linalg/kernels/kernels.ts";
import type { RandomStream } from "../../random/stream.ts";
import type { Row } from "../experiment.ts";
import { sharpnessAt } from "../minima/sharpness.ts";
import { descent, type Estimator } from "./descent.ts";
import type { Landscape } from "./landscape.ts";
import { equalLoss, lost, stepsOf, type Training } from "./setting.ts";

/**
 * One run from the start: a row "along" every so many steps, with the test at the end of each cycle, and a row "end", which
 * says whether the run came to a global minimum and has nothing more of one that was lost. Runs of one stream draw the same batches.
 */
export async function runRows(
  landscape: Landscape,
  training: Training,
  options: {
    readonly estimator: Estimator;
    readonly schedule: Schedule;
    readonly kernels: Kernels;
    readonly stream: RandomStream;
  },
): Promise<readonly Row[]> {
  const { estimator, schedule, kernels, stream } = options;
  const { model, start, unit, test } = landscape;
  const { batchSize, every, cycle } = training;
  const steps = stepsOf(training);
  const gradient = estimator(model, batchSize, stream.split("batches"));
  const rows: Row[] = [];
  let step = 0;
  for (const theta of descent({ start, gradient, schedule, limit: lost * unit })) {
    if (step % every === 0) {
      const { loss, ...sharpness } = await sharpnessAt(model, theta, kernels);
      const tested = step % cycle === 0 || step === steps ? test(theta) : {};
      rows.push({ kind: "along", step, rate: schedule(step), ...sharpness, loss: loss / unit, ...tested });
    }
    if (step++ === steps) {
      const last = rows[rows.length - 1];
      return [...rows, { ...last, kind: "end", atMinimum: (last.loss as number) <= equalLoss }];
    }
  }
  return [...rows, { kind: "end", step, rate: schedule(step), atMinimum: false }];
}
