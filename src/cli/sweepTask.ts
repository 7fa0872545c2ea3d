import process from "node:process";
import type { Command } from "commander";
import { wholeNumber } from "./arguments.ts";
import { CommandEnd, exitCodes } from "./commandEnd.ts";

/** What a task of an array in Slurm calls; nobody else needs it. */
export function setUpSweepTask(command: Command, signal: AbortSignal): void {
  command
    .argument("<folder>", "of the sweep")
    .argument("<batch>", "number of the array", wholeNumber)
    .argument("<index>", "which of its jobs", wholeNumber)
    .action((folder: string, batch: number, index: number) => run(folder, batch, index, signal));
}

async function run(folder: string, batch: number, index: number, interrupt: AbortSignal): Promise<void> {
  const { doTask } = await import("../engines/slurm/task.ts");
  const { runJob } = await import("./jobs/runJob.ts");
  // so does Slurm end a task: there is time for a checkpoint
  const ended = new AbortController();
  process.on("SIGTERM", () => ended.abort());
  const signal = AbortSignal.any([interrupt, ended.signal]);
  if (!(await doTask(folder, batch, index, runJob, signal))) {
    throw new CommandEnd(exitCodes.failed, `batch ${batch}, task ${index}: no result`);
  }
}
