import { readFile } from "node:fs/promises";
import { hostname } from "node:os";
import { fileProblem } from "../../fileProblem.ts";
import { InputError } from "../../inputError.ts";
import { writeFileAtomically } from "../../runs/atomicFile.ts";
import type { Job } from "../../runs/jobs/job.ts";
import { sweepFolder } from "../../runs/sweep/folder.ts";
import type { RunJob } from "../engine.ts";
import { type Batch, batchFiles, type TaskOutcome } from "./batches.ts";

/** What a task of an array does: one job, whose result, or why there is none, it leaves in the sweep's folder. False for none. */
export async function doTask(
  path: string,
  number: number,
  index: number,
  runJob: RunJob,
  signal: AbortSignal,
): Promise<boolean> {
  const folder = sweepFolder(path);
  const files = batchFiles(path);
  const ids = (await readJson<Partial<Batch> | null>(files.path(number)))?.ids ?? [];
  const id: unknown = ids[index];
  if (typeof id !== "string" || !/^[\da-f]{16}$/.test(id)) {
    throw new InputError(
      `task ${index}: expected one below ${ids.length} in batch ${number} of ${path}, got ${index}`,
    );
  }
  // done by an earlier try, or by a task of another batch
  if (await folder.result(id)) return true;
  const job = await readJson<Job>(folder.jobPath(id));
  const worker = `${hostname()}, Slurm job ${process.env.SLURM_JOB_ID ?? "none"}`;
  const outcome = await runJob(job, { worker, scratch: folder.scratch(id), signal, onProgress: () => {} });
  if (outcome.kind === "done") {
    await folder.keepResult(outcome.result);
    return true;
  }
  const told: TaskOutcome =
    outcome.kind === "failed" ? outcome : { kind: "stopped", message: "it was told to stop", retry: true };
  await writeFileAtomically(files.outcomePath(number, index), `${JSON.stringify(told)}\n`);
  return false;
}

async function readJson<T>(path: string): Promise<T> {
  try {
    return JSON.parse(await readFile(path, "utf8")) as T;
  } catch (error) {
    throw new InputError(
      `${path}: expected a file that a sweep has written, got ${fileProblem(error)}; run the sweep`,
    );
  }
}
