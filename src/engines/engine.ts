/** How jobs get done: one interface, and an adapter for each place where there are processors. */
import type { Job, JobResult } from "../runs/jobs/job.ts";

export interface Engine {
  /** For people: "2 worker threads". */
  readonly name: string;
  /**
   * Sees to it that every job is done, or has failed as often as it may, and tells `onEvent` as it goes, in whatever order.
   * Jobs may be done more than once where a worker was lost: the results are the same. Rejects only where the engine itself
   * cannot go on, or with the signal's reason.
   */
  run(jobs: readonly Job[], context: EngineContext): Promise<void>;
}

export interface EngineContext {
  /** How often a job may be tried. */
  readonly attempts: number;
  /** Aborting ends the work at hand where that is cheap to go on with, and starts no more. */
  readonly signal: AbortSignal;
  /** Awaited: a result is kept before the engine forgets it. */
  readonly onEvent: (event: JobEvent) => Promise<void>;
}

export type JobEvent =
  | { readonly kind: "started"; readonly id: string; readonly worker: string; readonly attempt: number }
  | { readonly kind: "progress"; readonly id: string; readonly fraction: number }
  | { readonly kind: "done"; readonly result: JobResult }
  /** With `final`, it is not tried again. */
  | {
      readonly kind: "failed";
      readonly id: string;
      readonly message: string;
      readonly attempt: number;
      readonly final: boolean;
    }
  /** What a person should know: a worker lost, a job given to another one. */
  | { readonly kind: "note"; readonly message: string };

/** What comes of trying a job once, as a worker sends it. */
export type JobOutcome =
  | { readonly kind: "done"; readonly result: JobResult }
  /** Without `retry`, trying again would give the same. */
  | { readonly kind: "failed"; readonly message: string; readonly retry: boolean }
  /** Stopped before it was done, at the request of the engine. */
  | { readonly kind: "stopped" };

/** Does one job; how, only a command knows. Never rejects. */
export type RunJob = (job: Job, options: RunJobOptions) => Promise<JobOutcome>;

export interface RunJobOptions {
  /** For people. */
  readonly worker: string;
  /** A folder of this job alone, where an earlier try may have left something to go on with. */
  readonly scratch: string;
  readonly signal: AbortSignal;
  readonly onProgress: (fraction: number) => void;
}
