import type { Job } from "../runs/jobs/job.ts";
import type { JobOutcome } from "./engine.ts";

/** What a worker thread is told. */
export type ToThread =
  | { readonly kind: "job"; readonly job: Job; readonly scratch: string }
  | { readonly kind: "stop" };

/** What it tells. */
export type FromThread = { readonly kind: "progress"; readonly fraction: number } | JobOutcome;
