import type { Command } from "commander";
import type { AdviseCommandOptions } from "./adviseRun.ts";
import { requireStep } from "./adviseStep.ts";
import { positiveInteger, positiveNumber } from "./arguments.ts";
import { addPointOptions } from "./sourceOptions.ts";

export function setUpAdvise(command: Command, signal: AbortSignal): void {
  addPointOptions(command)
    .option("--learning-rate <rate>", "η in use (default: the run's, at its checkpoint)", positiveNumber)
    .option("--batch <size>", "B in use (default: the run's)", positiveInteger)
    .option("--replacement", "batches are drawn with replacement (default: as the run draws them)")
    .action(async (options: AdviseCommandOptions) => {
      requireStep(options);
      // the work is loaded here, not when the command starts
      const { runAdvise } = await import("./adviseRun.ts");
      await runAdvise(options, signal);
    });
}
