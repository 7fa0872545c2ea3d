import { availableParallelism } from "node:os";
import process from "node:process";
import type { Kernels } from "../linalg/kernels/kernels.ts";
import { calibrationSeconds } from "./calibration.ts";
import { duration, type Progress, roughly } from "./progress.ts";
import type { OpenRun } from "./reproduceRuns.ts";
import { type Measuring, measureTrials } from "./reproduceTrials.ts";
import { type Expected, firstOfEachKind, type TrialCosts } from "./trialCosts.ts";
import { expectedSeconds } from "./trialSeconds.ts";

/**
 * How far either way the time may be from what the table of times says: processors differ in how they share their work between
 * matrix products and JavaScript, and threads share memory.
 */
const uncertainty = 2;

/** What trials will take here, from a table of what they took elsewhere and 0.2 s of the same work here and there. */
export function expectedHere(kernels: Kernels, scale: Measuring["scale"]): Expected {
  return expectedSeconds(
    calibrationSeconds(kernels, () => performance.now() / 1000),
    scale,
  );
}

/**
 * Says how long the whole will take: roughly before it starts, then better from one trial of each kind. These are trials of the
 * run itself, and kept: the estimate costs nothing, and counts only what an earlier call left to do.
 */
export async function sayEstimate(
  runs: readonly OpenRun[],
  costs: TrialCosts,
  measuring: Measuring,
  progress: Progress,
): Promise<void> {
  const { scale, threads } = measuring;
  const total = costs.open;
  if (total === 0) return;
  process.stderr.write(
    `${scale} scale: ${counted(total)} to measure${ahead(costs, threads)}; the first of each kind, ${costs.kinds}, give a better estimate\n`,
  );
  const began = performance.now();
  const first = runs.flatMap((openedRun) =>
    firstOfEachKind(openedRun.experiment, scale, openedRun.known).map((trial) => ({ openedRun, trial })),
  );
  await measureTrials(first, measuring);
  progress.finish();
  const spent = (performance.now() - began) / 1000;
  const left = (costs.left() ?? 0) / Math.min(threads, Math.max(1, costs.open));
  process.stderr.write(
    `estimate: about ${duration(left)} more for ${counted(costs.open)} on ${onThreads(threads)} (${duration(spent)} went into these ${costs.kinds})\n`,
  );
}

/** The range of times, with threads that no processor is free for left out of account. */
function ahead(costs: TrialCosts, threads: number): string {
  const seconds = costs.left();
  if (seconds === undefined) return "";
  const middle = seconds / Math.min(threads, availableParallelism(), costs.open);
  return `, ${roughly(middle / uncertainty, middle * uncertainty)} on ${onThreads(threads)}`;
}

function counted(trials: number): string {
  return `${trials} ${trials === 1 ? "trial" : "trials"}`;
}

function onThreads(threads: number): string {
  return threads === 1 ? "1 thread" : `${threads} threads`;
}
