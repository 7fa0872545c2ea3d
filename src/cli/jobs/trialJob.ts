import { openDataset } from "../../data/dataset/openDataset.ts";
import type { Row, Scale } from "../../experiments/experiment.ts";
import { chosenExperiments } from "../../experiments/registry.ts";
import { measureTrial, trialLabel } from "../../experiments/run.ts";
import type { Kernels } from "../../linalg/kernels/kernels.ts";
import { openKernels } from "../../linalg/kernels/select.ts";
import { type Job, type Json, makeJob } from "../../runs/jobs/job.ts";
import { version } from "../../version.ts";
import type { JobKind } from "./jobKind.ts";

/** One trial of an experiment, by its label. */
export interface TrialConfig {
  readonly experiment: string;
  readonly scale: Scale;
  readonly seed: number;
  readonly label: string;
}

/** Trials are many and small: a thread opens its kernels once. */
let opened: Promise<Kernels> | undefined;

export function makeTrialJob(config: TrialConfig): Job {
  return makeJob({ command: "trial", config: { ...config }, inputs: [], version });
}

/** The rows of a trial of `reproduce` are its document. */
export const trialJob: JobKind = {
  async prepare(config) {
    return { config, inputs: [] };
  },
  async run(value) {
    const { experiment: id, scale, seed, label } = value as unknown as TrialConfig;
    const [experiment] = chosenExperiments([id]);
    const trial = experiment.trials(scale).find((one) => trialLabel(one) === label);
    if (!trial) throw new RangeError(`${id}: no trial ${label} at ${scale}`);
    opened ??= openKernels({ threads: 1 });
    const kernels = await opened;
    const openImages = (config: Parameters<typeof openDataset>[0]) =>
      openDataset(config, { precision: "float64" });
    const rows = await measureTrial(experiment, trial, { kernels, scale, seed, openImages });
    return { row: {}, document: rows as Json, kernels: kernels.description };
  },
};

export const rowsOfTrial = (document: Json) => document as readonly Row[];
