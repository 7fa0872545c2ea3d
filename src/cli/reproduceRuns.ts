import { join } from "node:path";
import type { Experiment, Row, Scale, Trial } from "../experiments/experiment.ts";
import { concludeExperiment, trialLabel } from "../experiments/run.ts";
import type { ReportedExperiment } from "../report/reproduction.ts";
import { kernelUses, madeWith } from "../runs/kernelUses.ts";
import { openTrialLog, type TrialLog } from "../runs/trialLog.ts";
import { version } from "../version.ts";

/** What makes two runs of the experiments the same, and where they are kept. */
export interface RunSettings {
  readonly scale: Scale;
  readonly out: string;
  readonly seed: number;
}

/** An experiment and the log of its finished trials; `known` grows as they are measured. */
export interface OpenRun {
  readonly experiment: Experiment;
  readonly log: TrialLog;
  readonly known: Map<string, readonly Row[]>;
  /** What computed each trial, by its label. */
  readonly kernels: Map<string, string>;
  seconds: number;
}

export async function openRun(
  experiment: Experiment,
  { out, scale, seed, resume = false }: RunSettings & { readonly resume?: boolean },
): Promise<OpenRun> {
  const key = { experiment: experiment.id, scale, seed, version };
  const log = await openTrialLog(join(out, experiment.id, "trials.jsonl"), key, resume);
  return { experiment, log, known: new Map(log.known), kernels: new Map(log.kernels), seconds: log.seconds };
}

/** A trial that was not measured yet. */
export interface OpenTrial {
  readonly openedRun: OpenRun;
  readonly trial: Trial;
}

export function openTrials(openedRun: OpenRun, scale: Scale): OpenTrial[] {
  return openedRun.experiment
    .trials(scale)
    .filter((trial) => !openedRun.known.has(trialLabel(trial)))
    .map((trial) => ({ openedRun, trial }));
}

/** Concludes from the rows of all trials, and writes what there is to see. */
export async function conclude(
  { experiment, known, kernels, seconds }: OpenRun,
  { out, scale, seed }: RunSettings,
): Promise<ReportedExperiment> {
  // drawing needs libraries that measuring does not: loaded here, not when the command starts
  const { writeExperiment } = await import("./experimentFiles.ts");
  const result = concludeExperiment(experiment, known, scale);
  const made = madeWith(kernelUses(kernels.values()), "trial");
  return writeExperiment(out, experiment, result, { scale, seed, seconds }, { version, kernels: made });
}
