import { join } from "node:path";
import { z } from "zod";
import { readConfig, section } from "../../config.ts";
import { openDataset } from "../../data/dataset/openDataset.ts";
import type { Scale } from "../../experiments/experiment.ts";
import { chosenExperiments, experiments } from "../../experiments/registry.ts";
import { runExperiment } from "../../experiments/run.ts";
import { overall } from "../../experiments/verdict.ts";
import { openKernels } from "../../linalg/kernels/select.ts";
import type { Json } from "../../runs/jobs/job.ts";
import { kernelUses, madeWith } from "../../runs/kernelUses.ts";
import { openTrialLog } from "../../runs/trialLog.ts";
import { version } from "../../version.ts";
import type { JobKind } from "./jobKind.ts";

const schema = section({
  experiment: z.enum(experiments.map(({ id }) => id)),
  scale: z.enum(["quick", "paper"] satisfies Scale[]).default("quick"),
  seed: z.int().min(0).default(1),
});

/** One experiment at one seed: its verdict, and how many of its checks hold; the checks themselves are in the document. */
export const reproduceJob: JobKind = {
  async prepare(value, what) {
    return { config: readConfig(schema, value, what), inputs: [] };
  },
  async run(value, { scratch, signal, onProgress }) {
    const { experiment: id, scale, seed } = value as z.output<typeof schema>;
    const [experiment] = chosenExperiments([id]);
    const log = await openTrialLog(
      join(scratch, "trials.jsonl"),
      { experiment: id, scale, seed, version },
      true,
    );
    const kernels = await openKernels({ threads: 1 });
    const ofTrials = new Map(log.kernels);
    try {
      const { checks, reading, setting } = await runExperiment(experiment, {
        kernels,
        scale,
        seed,
        signal,
        openImages: (config) => openDataset(config, { precision: "float64" }),
        known: log.known,
        onTrial(label, rows, seconds) {
          ofTrials.set(label, kernels.description);
          return log.append({ label, rows, seconds, kernels: kernels.description });
        },
        onProgress: (done, total) => onProgress(done / total),
      });
      const verdict = overall(checks);
      return {
        row: {
          verdict,
          checks: checks.length,
          checksThatHold: checks.filter((check) => check.verdict === "holds").length,
        },
        document: { schema: 1, id, scale, seed, verdict, checks, reading, setting } as unknown as Json,
        kernels: madeWith(kernelUses(ofTrials.values()), "trial"),
      };
    } finally {
      await log.close();
      await kernels.close();
    }
  },
};
