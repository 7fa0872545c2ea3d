import process from "node:process";
import type { Command } from "commander";
import { InputError } from "../inputError.ts";
import { sweepSummary } from "./sweepReport.ts";

export function setUpGather(command: Command): void {
  command.argument("<folder>", "of the sweep").action(run);
}

async function run(path: string): Promise<void> {
  const { readSweepManifest, sweepFolder } = await import("../runs/sweep/folder.ts");
  const { gatherJobs } = await import("../runs/sweep/gather.ts");
  const { writeSweep } = await import("./sweepFiles.ts");
  const manifest = await readSweepManifest(path);
  if (!manifest) {
    throw new InputError(
      `${path}: expected the folder of a sweep, got one without sweep.json; give that of a sweep`,
    );
  }
  const folder = sweepFolder(path);
  const { rows, kernels } = await gatherJobs(folder, manifest.jobs);
  const files = await writeSweep(folder, manifest, rows);
  const failed = rows.flatMap(({ status, job, error }) =>
    status === "failed" ? [{ id: String(job), message: String(error) }] : [],
  );
  const found = rows.filter(({ status }) => status === "done").length;
  process.stdout.write(sweepSummary(folder, { rows, kernels, found, done: 0, failed }, files));
}
