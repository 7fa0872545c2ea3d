import type { JobResult } from "../../runs/jobs/job.ts";
import type { SweepFolder } from "../../runs/sweep/folder.ts";
import type { BatchFiles } from "./batches.ts";

/** What came of one task. */
export type Fate =
  | { readonly kind: "done"; readonly result: JobResult }
  | { readonly kind: "failed"; readonly message: string; readonly retry: boolean };

interface Ended {
  readonly folder: SweepFolder;
  readonly files: BatchFiles;
  readonly id: string;
  readonly number: number;
  readonly index: number;
  /** As squeue has it, "gone" where it lists the task no more. */
  readonly state: string;
  /** Nothing more is to be waited for. */
  readonly isOver: boolean;
}

/** Of a task that does not run any more; undefined while its files may still be on the way. */
export async function fateOf({
  folder,
  files,
  id,
  number,
  index,
  state,
  isOver,
}: Ended): Promise<Fate | undefined> {
  const result = await folder.result(id);
  if (result) return { kind: "done", result };
  if (state === "CANCELLED") {
    return { kind: "failed", message: "its task was cancelled in Slurm", retry: false };
  }
  const outcome = await files.outcome(number, index);
  if (outcome) return { kind: "failed", message: outcome.message, retry: outcome.retry };
  if (!isOver) return undefined;
  const end =
    state === "gone"
      ? "left the queue"
      : state === "COMPLETING"
        ? "hangs in COMPLETING"
        : `ended as ${state}`;
  return { kind: "failed", message: `its task ${end} without a result`, retry: true };
}
