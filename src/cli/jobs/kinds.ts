import type { Job } from "../../runs/jobs/job.ts";
import type { JobKind } from "./jobKind.ts";

/** Each is loaded when it is first needed. */
const kinds: Record<Job["command"], () => Promise<JobKind>> = {
  train: async () => (await import("./trainJob.ts")).trainJob,
  measure: async () => (await import("./measureJob.ts")).measureJob,
  reproduce: async () => (await import("./reproduceJob.ts")).reproduceJob,
  trial: async () => (await import("./trialJob.ts")).trialJob,
};

export const jobKind = (command: Job["command"]): Promise<JobKind> => kinds[command]();
