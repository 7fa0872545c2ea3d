import type { Kernels } from "../linalg/kernels/kernels.ts";
import { createStream } from "../random/index.ts";
import type { Experiment, ExperimentResult, OpenImages, Row, Scale, Trial } from "./experiment.ts";
import { tableOf } from "./rows.ts";

export interface RunOptions {
  readonly kernels: Kernels;
  readonly scale: Scale;
  readonly seed: number;
  /** For the experiments that look at real images too. */
  readonly openImages?: OpenImages | undefined;
  /** Rows of trials that were measured before, by label: they are not measured again. */
  readonly known?: ReadonlyMap<string, readonly Row[]>;
  /** Called with the rows of each new trial as soon as they are there: keep them, and the run can be resumed. */
  readonly onTrial?: (label: string, rows: readonly Row[], seconds: number) => Promise<void> | void;
  readonly onProgress?: (done: number, total: number) => void;
  /** Stops before the next trial with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** Runs an experiment: measures its trials, then concludes. The same seed gives the same rows, resumed or not. */
export async function runExperiment(experiment: Experiment, options: RunOptions): Promise<ExperimentResult> {
  const { kernels, scale, seed, openImages, known, onTrial, onProgress, signal } = options;
  const trials = experiment.trials(scale);
  const rows: Row[] = [];
  for (const [done, trial] of trials.entries()) {
    onProgress?.(done, trials.length);
    const label = trialLabel(trial);
    let measured = known?.get(label);
    if (!measured) {
      // a turn of the event loop, so that an interrupt arrives between trials
      await new Promise((resolve) => setTimeout(resolve, 0));
      signal?.throwIfAborted();
      const started = performance.now();
      const stream = createStream(seed).split(experiment.id, scale, label);
      measured = (await experiment.measure(trial, { kernels, scale, stream, openImages })).map((row) => ({
        ...trial,
        ...row,
      }));
      await onTrial?.(label, measured, (performance.now() - started) / 1000);
    }
    rows.push(...measured);
  }
  onProgress?.(trials.length, trials.length);
  return { ...experiment.conclude(rows, scale), table: tableOf(rows) };
}

/** "spectrum=isotropic,trial=3": unique within an experiment. */
export function trialLabel(trial: Trial): string {
  return Object.entries(trial)
    .map(([name, value]) => `${name}=${value}`)
    .join(",");
}
