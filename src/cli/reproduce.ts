import { join } from "node:path";
import process from "node:process";
import { type Command, Option } from "commander";
import pc from "picocolors";
import { openDataset } from "../data/dataset/openDataset.ts";
import type { Experiment, Scale } from "../experiments/experiment.ts";
import { chosenExperiments, experiments } from "../experiments/registry.ts";
import { runExperiment } from "../experiments/run.ts";
import type { Kernels } from "../linalg/kernels/kernels.ts";
import { openKernels } from "../linalg/kernels/select.ts";
import type { ReportedExperiment } from "../report/reproduction.ts";
import { writeFileAtomically } from "../runs/atomicFile.ts";
import { openTrialLog } from "../runs/trialLog.ts";
import { version } from "../version.ts";
import { wholeNumber } from "./arguments.ts";
import { addKernelOptions, type KernelOptions } from "./kernelOptions.ts";
import { duration, type Progress, startProgress } from "./progress.ts";

interface ReproduceOptions extends KernelOptions {
  readonly scale: Scale;
  readonly out: string;
  readonly seed: number;
  readonly resume?: boolean;
}

export function addReproduceCommand(program: Command, signal: AbortSignal): void {
  addKernelOptions(program.command("reproduce"), "1")
    .description("run the experiments and write the page that shows what holds")
    .argument("[experiment...]", "which ones (default: all; see noisegeo list)")
    .addOption(
      new Option("--scale <scale>", "sizes of the problems").choices(["quick", "paper"]).default("quick"),
    )
    .option("--out <folder>", "where to write", "reproduction")
    .option("--seed <seed>", "seed of everything random", wholeNumber, 1)
    .option("--resume", "go on with an interrupted run of the same scale and seed in that folder")
    .action((ids: string[], options: ReproduceOptions) => run(ids, options, signal));
}

async function run(ids: readonly string[], options: ReproduceOptions, signal: AbortSignal): Promise<void> {
  const chosen = chosenExperiments(ids);
  // trials are many and small: a second thread would mostly wait
  const kernels = await openKernels({ threads: options.threads ?? 1 });
  const progress = startProgress("reproducing");
  try {
    for (const [index, experiment] of chosen.entries()) {
      const share = (fraction: number) => progress.update((index + fraction) / chosen.length, experiment.id);
      const reported = await runOne(experiment, kernels, options, signal, share);
      progress.finish();
      process.stdout.write(summaryLine(reported));
    }
  } finally {
    progress.finish();
    await kernels.close();
  }
  await writePage(options.out, kernels.description);
  process.stdout.write(`\n${join(options.out, "index.html")}\n`);
}

async function runOne(
  experiment: Experiment,
  kernels: Kernels,
  { out, scale, seed, resume = false }: ReproduceOptions,
  signal: AbortSignal,
  onFraction: Progress["update"],
): Promise<ReportedExperiment> {
  // drawing needs libraries that measuring does not: loaded here, not when the command starts
  const { writeExperiment } = await import("./experimentFiles.ts");
  const key = { experiment: experiment.id, scale, seed, version };
  const log = await openTrialLog(join(out, experiment.id, "trials.jsonl"), key, resume);
  try {
    let seconds = log.seconds;
    const result = await runExperiment(experiment, {
      kernels,
      scale,
      seed,
      openImages: (config) => openDataset(config, { precision: "float64" }),
      signal,
      known: log.known,
      async onTrial(label, rows, trialSeconds) {
        seconds += trialSeconds;
        await log.append(label, rows, trialSeconds);
      },
      onProgress: (done, total) => onFraction(done / total),
    });
    return await writeExperiment(out, experiment, result, { scale, seed, seconds });
  } finally {
    await log.close();
  }
}

/** The page shows every experiment that the folder holds, also those of earlier calls. */
async function writePage(folder: string, kernels: string): Promise<void> {
  const { readExperiment } = await import("./experimentFiles.ts");
  const { renderPage } = await import("../report/page/renderPage.ts");
  const held = await Promise.all(experiments.map(({ id }) => readExperiment(folder, id)));
  const page = renderPage({
    experiments: held.filter((experiment) => experiment !== undefined),
    version,
    kernels,
    command: `npx noisegeo reproduce --out ${folder}`,
    date: new Date().toISOString(),
  });
  await writeFileAtomically(join(folder, "index.html"), page);
}

function summaryLine({ id, verdict, result, seconds }: ReportedExperiment): string {
  const colour = { holds: pc.green, fails: pc.red, inconclusive: pc.yellow }[verdict];
  const held = result.checks.filter((check) => check.verdict === "holds").length;
  return `${colour(verdict.padEnd(13))}${id.padEnd(24)}${held} of ${result.checks.length} checks hold, ${duration(seconds)}\n`;
}
