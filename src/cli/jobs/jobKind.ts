import type { RunJobOptions } from "../../engines/engine.ts";
import type { Cell, Job, Json } from "../../runs/jobs/job.ts";

/** What a job came to, and on what kernels. */
interface Made {
  readonly row: Readonly<Record<string, Cell>>;
  readonly document: Json;
  readonly kernels: string;
}

/** A command as jobs have it. */
export interface JobKind {
  /** Throws an InputError, which begins with `what`, where the configuration is wrong. */
  prepare(config: Json, what: string): Promise<Pick<Job, "config" | "inputs">>;
  /** Rejects with the signal's reason when that aborts. The same configuration gives the same row and document, to the bit. */
  run(config: Json, options: RunJobOptions): Promise<Made>;
}
