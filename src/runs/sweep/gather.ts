import type { Cell, JobResult, Json } from "../jobs/job.ts";
import { type KernelUse, kernelUses } from "../kernelUses.ts";
import type { SweepFolder, SweptJob } from "./folder.ts";

/** One line a job, in the order of the design. */
export type SweepRow = Readonly<Record<string, Cell>>;

/** What the jobs of a sweep came to. */
export interface JobEnds extends Pick<SweepFolder, "failure"> {
  result(id: string): Promise<(Pick<JobResult, "row"> & Partial<Pick<JobResult, "provenance">>) | undefined>;
}

export interface GatheredJobs {
  /** What each job came to: its id, `status` ("done", "failed" or "missing"), the fields that were varied, and its own columns. */
  readonly rows: readonly SweepRow[];
  /** What computed the jobs that are done, where their results say so. */
  readonly kernels: readonly KernelUse[];
}

export async function gatherJobs(folder: JobEnds, jobs: readonly SweptJob[]): Promise<GatheredJobs> {
  const ofJobs = new Map<string, string>();
  const rows = await Promise.all(
    jobs.map(async ({ id, point }) => {
      const result = await folder.result(id);
      const kernels: unknown = result?.provenance?.kernels;
      if (typeof kernels === "string") ofJobs.set(id, kernels);
      const failure = result ? undefined : await folder.failure(id);
      const status = result ? "done" : failure ? "failed" : "missing";
      const varied = Object.entries(point).map(([field, value]) => [field, cellOf(value)] as const);
      return {
        job: id,
        ...Object.fromEntries(varied),
        status,
        ...(failure && { error: failure.message }),
        ...result?.row,
      };
    }),
  );
  const inOrder = jobs.flatMap(({ id }) => ofJobs.get(id) ?? []);
  return { rows, kernels: kernelUses(inOrder) };
}

/** The rows as columns of equal length; a column with values of several types holds them as text. */
export function sweepTable(rows: readonly SweepRow[]): Readonly<Record<string, readonly Cell[]>> {
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  return Object.fromEntries(
    names.map((name) => {
      const cells = rows.map((row) => row[name] ?? null);
      const types = new Set(cells.filter((cell) => cell !== null).map((cell) => typeof cell));
      return [name, types.size > 1 ? cells.map((cell) => (cell === null ? null : String(cell))) : cells];
    }),
  );
}

function cellOf(value: Json): Cell {
  return typeof value === "object" && value !== null ? JSON.stringify(value) : value;
}
