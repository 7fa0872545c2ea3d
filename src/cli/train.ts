import { basename, extname, join } from "node:path";
import process from "node:process";
import type { Command } from "commander";
import { format } from "../report/measurement/reading.ts";
import { writeFileAtomically } from "../runs/atomicFile.ts";
import type { TrainConfig } from "../runs/train/config.ts";
import type { TrainResult } from "../runs/train/trainRun.ts";
import { CommandEnd, exitCodes } from "./commandEnd.ts";
import { addKernelOptions, type KernelOptions } from "./kernelOptions.ts";
import { memorySize } from "./memorySize.ts";
import { memoryLine, peakMemory } from "./memoryUse.ts";
import { startProgress } from "./progress.ts";
import { readConfigFile } from "./readConfigFile.ts";
import { trainDocument, trainTable } from "./trainReport.ts";

interface TrainCommandOptions extends KernelOptions {
  readonly out?: string;
  readonly resume?: boolean;
  readonly json?: string;
  readonly memory?: number;
}

export function setUpTrain(command: Command, signal: AbortSignal): void {
  addKernelOptions(command, "1")
    .argument("<config>", "YAML file with data, model, loss, optimiser, schedule, steps and instruments")
    .option("--out <folder>", "folder of the run (default: runs/ and the name of the configuration)")
    .option("--resume", "go on with the run in that folder, or begin where there is none")
    .option(
      "--memory <size>",
      "what may be held at once, such as 500M or 2G: larger data are read from their files as they are needed",
      memorySize,
    )
    .option("--json <file>", "write a summary there; - is standard output, with nothing else on it")
    .action((file: string, options: TrainCommandOptions) => run(file, options, signal));
}

async function run(file: string, options: TrainCommandOptions, signal: AbortSignal): Promise<void> {
  // what reads configurations and data is loaded here, not when the command starts
  const { parseTrainConfig } = await import("../runs/train/config.ts");
  const config = parseTrainConfig(await readConfigFile(file), file);
  const folder = options.out ?? join("runs", basename(file, extname(file)));
  const { withFolderLocked } = await import("../runs/folderLock.ts");
  const result = await withFolderLocked(folder, "noisegeo train", () =>
    trained(config, folder, options, signal),
  );
  requireFinished(result, config, folder);

  const { memory } = options;
  const used = memory === undefined ? undefined : { limit: memory, peak: peakMemory() };
  const text = `${JSON.stringify(trainDocument(folder, result, used), null, 2)}\n`;
  if (options.json !== undefined && options.json !== "-") await writeFileAtomically(options.json, text);
  process.stdout.write(
    options.json === "-" ? text : trainTable(folder, result) + (used ? memoryLine(used) : ""),
  );
}

async function trained(
  config: TrainConfig,
  folder: string,
  { resume = false, threads, memory }: TrainCommandOptions,
  signal: AbortSignal,
): Promise<TrainResult> {
  const { trainRun } = await import("../runs/train/trainRun.ts");
  const progress = startProgress("training");
  let start: number | undefined;
  try {
    return await trainRun({
      config,
      folder,
      resume,
      threads,
      memory,
      signal,
      onProgress(step, loss) {
        start ??= step;
        const note = `step ${step} of ${config.steps}${loss === undefined ? "" : `, loss ${format(loss)}`}`;
        progress.update((step - start) / (config.steps - start), note);
      },
      note(line) {
        progress.finish();
        process.stderr.write(`noisegeo: ${line}\n`);
      },
    });
  } finally {
    progress.finish();
  }
}

/** Throws a CommandEnd that says how the run ended otherwise, and what to do. */
function requireFinished({ end }: TrainResult, { steps }: TrainConfig, folder: string): void {
  if (end.status === "finished") return;
  const place = `at step ${end.step} of ${steps}`;
  if (end.status !== "diverged") {
    throw new CommandEnd(exitCodes.interrupted, `interrupted ${place}; --resume goes on from there`);
  }
  throw new CommandEnd(
    exitCodes.failed,
    `diverged ${place}: loss or parameters are not finite with learning rate ${format(end.learningRate)}; try a smaller one (checkpoints before that are kept in ${folder})`,
  );
}
