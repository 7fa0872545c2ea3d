import type { RunJob } from "../../engines/engine.ts";
import { InputError } from "../../inputError.ts";
import { requireInputs } from "../../runs/jobs/inputs.ts";
import { version } from "../../version.ts";
import { jobKind } from "./kinds.ts";

/** Does a job as its command would, on one thread. What a person got wrong is not tried again; anything else may be. */
export const runJob: RunJob = async (job, options) => {
  try {
    if (job.version !== version) {
      throw new InputError(
        `job ${job.id}: expected one of version ${version}, got one of ${job.version}, whose numbers may differ; run workers of that version`,
      );
    }
    await requireInputs(job.inputs);
    const started = performance.now();
    const { row, document, kernels } = await (await jobKind(job.command)).run(job.config, options);
    const seconds = (performance.now() - started) / 1000;
    const provenance = { seconds, kernels, worker: options.worker };
    return { kind: "done", result: { schema: 1, id: job.id, row, document, provenance } };
  } catch (error) {
    if (options.signal.aborted) return { kind: "stopped" };
    const message = error instanceof Error ? error.message : String(error);
    return { kind: "failed", message, retry: !(error instanceof InputError) };
  }
};
