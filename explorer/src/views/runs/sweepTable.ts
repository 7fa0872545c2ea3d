import type { Summary, SweepDetails, SweepTableRow } from "../../../../src/serve/api.ts";
import { runOfJob } from "./entries.ts";

/** Columns with a number in the rows of jobs that are done: what a figure can show. */
export function numericColumns(rows: readonly SweepTableRow[]): readonly string[] {
  const columns = new Set<string>();
  for (const row of rows) {
    if (row.status !== "done") continue;
    for (const [name, value] of Object.entries(row)) if (typeof value === "number") columns.add(name);
  }
  return [...columns];
}

/** Columns of what came out, in order of first appearance; those that hold nothing are left out. */
export function resultColumns({ rows, fields }: SweepDetails): readonly string[] {
  const aside = new Set(["job", "status", "error", ...fields]);
  const columns = new Set<string>();
  for (const row of rows) {
    for (const [name, value] of Object.entries(row))
      if (value !== null && !aside.has(name)) columns.add(name);
  }
  return [...columns];
}

/** How a job stands; what its run says while there is no result. */
export function jobState(row: SweepTableRow, sweep: Summary, all: readonly Summary[]): string {
  if (row.status !== "missing") return String(row.status);
  const run = runOfJob(all, sweep, String(row.job));
  return run ? `${run.state}, ${Math.floor((100 * run.step) / Math.max(run.steps, 1))} %` : "missing";
}
