import { type SweepFolder, sweptJobs } from "../runs/sweep/folder.ts";
import { type GatheredJobs, gatherJobs } from "../runs/sweep/gather.ts";
import type { PlannedJob } from "../runs/sweep/plan.ts";
import type { Engine, JobEvent } from "./engine.ts";

export interface SweepOptions {
  readonly engine: Engine;
  readonly attempts: number;
  readonly signal: AbortSignal;
  /** Told at the start how many jobs have a result already. */
  readonly onFound?: (count: number) => void;
  /** Told of everything that happens, after it was kept. */
  readonly onEvent?: (event: JobEvent) => void;
}

export interface SweepEnd extends GatheredJobs {
  /** Jobs that had a result before. */
  readonly found: number;
  /** Done in this session. */
  readonly done: number;
  readonly failed: readonly { readonly id: string; readonly message: string }[];
}

/**
 * Has the jobs done that have no result yet, keeping each result and failure as it comes, and gathers the rows. What failed in an earlier
 * session is tried anew. A result that comes twice is kept once: the first.
 */
export async function runSweep(
  folder: SweepFolder,
  planned: readonly PlannedJob[],
  { engine, attempts, signal, onFound, onEvent }: SweepOptions,
): Promise<SweepEnd> {
  const left: PlannedJob["job"][] = [];
  for (const { job } of planned) if (!(await folder.result(job.id))) left.push(job);
  onFound?.(planned.length - left.length);
  for (const { id } of left) await folder.forgetFailure(id);
  const kept = new Set<string>();
  const failed = new Map<string, string>();
  const keep = async (event: JobEvent) => {
    if (event.kind === "done") {
      const { id } = event.result;
      if (kept.has(id)) return;
      await folder.keepResult(event.result);
      kept.add(id);
      failed.delete(id);
    }
    if (event.kind === "failed" && event.final && !kept.has(event.id)) {
      await folder.keepFailure(event.id, { message: event.message, attempts: event.attempt });
      failed.set(event.id, event.message);
    }
    onEvent?.(event);
  };
  if (left.length > 0) await engine.run(left, { attempts, signal, onEvent: keep });
  return {
    ...(await gatherJobs(folder, sweptJobs(planned))),
    found: planned.length - left.length,
    done: kept.size,
    failed: [...failed].map(([id, message]) => ({ id, message })),
  };
}
