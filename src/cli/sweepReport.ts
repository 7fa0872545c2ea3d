import pc from "picocolors";
import type { SweepEnd } from "../engines/sweep.ts";
import { madeWith } from "../runs/kernelUses.ts";
import type { SweepFolder } from "../runs/sweep/folder.ts";
import type { SweepFiles } from "./sweepFiles.ts";

/** What `noisegeo sweep --json` writes. */
interface SweepDocument {
  readonly schema: 1;
  readonly folder: string;
  readonly jobs: number;
  /** Done in an earlier session, and in this one. */
  readonly found: number;
  readonly done: number;
  readonly failed: SweepEnd["failed"];
  readonly files: SweepFiles;
  readonly kernels: SweepEnd["kernels"];
  readonly rows: SweepEnd["rows"];
}

export function sweepDocument({ path }: SweepFolder, end: SweepEnd, files: SweepFiles): SweepDocument {
  const { rows, kernels, found, done, failed } = end;
  return { schema: 1, folder: path, jobs: rows.length, found, done, failed, files, kernels, rows };
}

/** How many failures are shown one by one. */
const mostFailures = 10;

/** What `noisegeo sweep` prints for people. */
export function sweepSummary({ path }: SweepFolder, end: SweepEnd, files: SweepFiles): string {
  const { rows, kernels, found, done, failed } = end;
  const missing = rows.filter(({ status }) => status === "missing").length;
  const parts = [
    `${done} done now`,
    ...(found > 0 ? [`${found} before`] : []),
    ...(failed.length > 0 ? [pc.red(`${failed.length} failed`)] : []),
    ...(missing > 0 ? [pc.yellow(`${missing} not done`)] : []),
  ];
  return `${[
    `${pc.bold(`${rows.length} jobs`)}: ${parts.join(", ")}`,
    ...failed.slice(0, mostFailures).map(({ id, message }) => `  ${id}: ${message}`),
    ...(failed.length > mostFailures ? [`  and ${failed.length - mostFailures} more, see ${path}/jobs`] : []),
    ...(kernels.length > 1 ? [pc.yellow(`  by ${madeWith(kernels, "job")}`)] : []),
    files.table,
    ...(files.figure ?? []),
    ...(files.measurement === undefined ? [] : [files.measurement]),
  ].join("\n")}\n`;
}
