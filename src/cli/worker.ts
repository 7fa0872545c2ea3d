import { mkdtemp, rm } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import type { Command } from "commander";
import { version } from "../version.ts";
import { positiveInteger } from "./arguments.ts";
import { requiredRedis } from "./redisOption.ts";

interface WorkerCommandOptions {
  readonly redis?: string;
  readonly workers: number;
}

export function setUpWorker(command: Command, signal: AbortSignal): void {
  command
    .option(
      "--redis <url>",
      "where (default: the variable NOISEGEO_REDIS, which keeps a password out of sight)",
    )
    .option(
      "--workers <count>",
      "threads, each with a job at a time",
      positiveInteger,
      availableParallelism(),
    )
    .action((options: WorkerCommandOptions) => run(options, signal));
}

async function run({ redis, workers }: WorkerCommandOptions, signal: AbortSignal): Promise<void> {
  const address = await requiredRedis(redis);
  const { serveQueue } = await import("../engines/bullmq/worker.ts");
  const scratch = await mkdtemp(join(tmpdir(), "noisegeo-worker-"));
  const note = (line: string) => process.stderr.write(`noisegeo: ${line}\n`);
  note(
    `${workers === 1 ? "1 thread" : `${workers} threads`} for jobs of version ${version} at ${address.shown}`,
  );
  try {
    await serveQueue({
      address,
      version,
      threads: workers,
      module: new URL("./jobThread.js", import.meta.url),
      scratchOf: (id) => join(scratch, id),
      signal,
      note,
    });
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
  signal.throwIfAborted();
}
