import { join } from "node:path";
import { inputFile } from "../../runs/jobs/inputs.ts";
import type { Json } from "../../runs/jobs/job.ts";
import { checkTrainConfig, type TrainConfig } from "../../runs/train/config.ts";
import { trainRun } from "../../runs/train/trainRun.ts";
import { trainDocument } from "../trainReport.ts";
import type { JobKind } from "./jobKind.ts";

/** A training run: the last row of its metrics, and whether it diverged; all rows are in the document. */
export const trainJob: JobKind = {
  async prepare(value, what) {
    const config = checkTrainConfig(value, what);
    const files = [config.data.name === "npz" ? config.data.file : undefined, config.test?.file];
    const inputs = await Promise.all(files.filter((file) => file !== undefined).map(inputFile));
    return { config: JSON.parse(JSON.stringify(config)) as Json, inputs };
  },
  async run(value, { scratch, signal, onProgress }) {
    const config = value as unknown as TrainConfig;
    const folder = join(scratch, "run");
    const result = await trainRun({
      config,
      folder,
      resume: true,
      signal,
      onProgress: (step) => onProgress(step / config.steps),
    });
    signal.throwIfAborted();
    const { status, step } = result.end;
    const { steps, final, undefined: reasons } = trainDocument(folder, result);
    const { step: _, ...measured } = final ?? { step };
    return {
      row: { outcome: status, steps: step, ...measured },
      document: {
        schema: 1,
        outcome: status,
        steps,
        metrics: result.rows as unknown as Json,
        final,
        undefined: reasons,
      } as Json,
      kernels: result.manifest.kernels.description,
    };
  },
};
