import type { JobCommand } from "../../runs/jobs/job.ts";
import type { JobKind } from "./jobKind.ts";

/** Each is loaded when it is first needed. */
const kinds: Record<JobCommand, () => Promise<JobKind>> = {
  train: async () => (await import("./trainJob.ts")).trainJob,
  reproduce: async () => (await import("./reproduceJob.ts")).reproduceJob,
};

export const jobKind = (command: JobCommand): Promise<JobKind> => kinds[command]();
