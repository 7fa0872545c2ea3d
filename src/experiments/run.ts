import type { Kernels } from "../linalg/kernels/kernels.ts";
import { createStream } from "../random/index.ts";
import type { Experiment, ExperimentResult, OpenImages, Row, Scale, Trial } from "./experiment.ts";
import { tableOf } from "./rows.ts";

/** At which scale an experiment runs, from which seed, and what is told of its progress. */
export interface RunOptions {
  readonly kernels: Kernels;
  readonly scale: Scale;
  /** A safe integer of at least 0. */
  readonly seed: number;
  /** For the experiments that look at real images too. */
  readonly openImages?: OpenImages | undefined;
  /** Rows of trials that were measured before, by label: they are not measured again. */
  readonly known?: ReadonlyMap<string, readonly Row[]>;
  /** Called with the rows of each new trial as soon as they are there, and waited for: keep them, and the run can be resumed. */
  readonly onTrial?: (label: string, rows: readonly Row[], seconds: number) => Promise<void> | void;
  /** Called with the trials done, of all. */
  readonly onProgress?: (done: number, total: number) => void;
  /** Stops before the next trial with the signal's reason. */
  readonly signal?: AbortSignal;
}

/**
 * Runs an experiment: measures its trials, then concludes. The same seed gives the same rows, resumed or not. Throws as
 * `measureTrial` does, and the signal's reason; what a callback throws ends the run.
 */
export async function runExperiment(experiment: Experiment, options: RunOptions): Promise<ExperimentResult> {
  const { kernels, scale, seed, openImages, known, onTrial, onProgress, signal } = options;
  const trials = experiment.trials(scale);
  const rows = new Map<string, readonly Row[]>();
  for (const [done, trial] of trials.entries()) {
    onProgress?.(done, trials.length);
    const label = trialLabel(trial);
    let measured = known?.get(label);
    if (!measured) {
      // a turn of the event loop, so that an interrupt arrives between trials
      await new Promise((resolve) => setTimeout(resolve, 0));
      signal?.throwIfAborted();
      const started = performance.now();
      measured = await measureTrial(experiment, trial, { kernels, scale, seed, openImages });
      await onTrial?.(label, measured, (performance.now() - started) / 1000);
    }
    rows.set(label, measured);
  }
  onProgress?.(trials.length, trials.length);
  return concludeExperiment(experiment, rows, scale);
}

/** What the rows of all trials, by label, come to. Throws a RangeError where those of a trial are missing. */
export function concludeExperiment(
  experiment: Experiment,
  known: ReadonlyMap<string, readonly Row[]>,
  scale: Scale,
): ExperimentResult {
  const rows = experiment.trials(scale).flatMap((trial) => {
    const label = trialLabel(trial);
    const measured = known.get(label);
    if (!measured) throw new RangeError(`${experiment.id}: trial ${label} was not measured`);
    return measured;
  });
  return { ...experiment.conclude(rows, scale), table: tableOf(rows) };
}

/**
 * The rows of one trial, each with the trial's own fields, which depend on experiment, scale, seed, trial and whether it can open
 * real images alone. Throws a RangeError on a seed that is none, and what the experiment throws.
 */
export async function measureTrial(
  experiment: Experiment,
  trial: Trial,
  { kernels, scale, seed, openImages }: Pick<RunOptions, "kernels" | "scale" | "seed" | "openImages">,
): Promise<readonly Row[]> {
  const stream = createStream(seed).split(experiment.id, scale, trialLabel(trial));
  const rows = await experiment.measure(trial, { kernels, scale, stream, openImages });
  return rows.map((row) => ({ ...trial, ...row }));
}

/** "spectrum=isotropic,trial=3": unique within an experiment. */
export function trialLabel(trial: Trial): string {
  return Object.entries(trial)
    .map(([name, value]) => `${name}=${value}`)
    .join(",");
}
