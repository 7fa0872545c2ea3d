import { availableParallelism } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { type Command, Option } from "commander";
import pc from "picocolors";
import type { Experiment } from "../experiments/experiment.ts";
import { chosenExperiments, experiments } from "../experiments/registry.ts";
import { openKernels } from "../linalg/kernels/select.ts";
import type { ReportedExperiment } from "../report/reproduction.ts";
import { writeFileAtomically } from "../runs/atomicFile.ts";
import { withFolderLocked } from "../runs/folderLock.ts";
import { version } from "../version.ts";
import { positiveInteger, wholeNumber } from "./arguments.ts";
import { duration, startProgress } from "./progress.ts";
import { expectedHere, sayEstimate } from "./reproduceEstimate.ts";
import { conclude, type OpenRun, openRun, openTrials, type RunSettings } from "./reproduceRuns.ts";
import { measureTrials } from "./reproduceTrials.ts";
import { trialCosts } from "./trialCosts.ts";

interface ReproduceOptions extends RunSettings {
  readonly threads: number;
  readonly resume?: boolean;
}

export function setUpReproduce(command: Command, signal: AbortSignal): void {
  command
    .argument("[experiment...]", "which ones (default: all; see noisegeo list)")
    .addOption(
      new Option("--scale <scale>", "sizes of the problems").choices(["quick", "paper"]).default("quick"),
    )
    .option("--out <folder>", "where to write", "reproduction")
    .option("--seed <seed>", "seed of everything random", wholeNumber, 1)
    .option(
      "--threads <count>",
      "how many, each with a trial at a time; results do not depend on it",
      positiveInteger,
      availableParallelism(),
    )
    .option("--resume", "go on with an interrupted run of the same scale and seed in that folder")
    .action((ids: string[], options: ReproduceOptions) => {
      const chosen = chosenExperiments(ids);
      return withFolderLocked(options.out, "noisegeo reproduce", () => run(chosen, options, signal));
    });
}

async function run(
  chosen: readonly Experiment[],
  options: ReproduceOptions,
  signal: AbortSignal,
): Promise<void> {
  const { scale, out } = options;
  const progress = startProgress("reproducing");
  const runs: OpenRun[] = [];
  try {
    for (const experiment of chosen) runs.push(await openRun(experiment, options));
    const opened = await openKernels({ threads: 1 });
    const costs = trialCosts(runs, scale, expectedHere(opened, scale));
    await opened.close();
    const finish = async (openedRun: OpenRun) => {
      const reported = await conclude(openedRun, options);
      progress.finish();
      process.stdout.write(summaryLine(reported));
      if (new Set(openedRun.kernels.values()).size > 1) {
        process.stdout.write(pc.yellow(`  trials by ${reported.kernels}\n`));
      }
    };
    for (const openedRun of runs) if (openTrials(openedRun, scale).length === 0) await finish(openedRun);
    const measuring = {
      ...options,
      signal,
      async onMeasured(openedRun: OpenRun, label: string, seconds: number) {
        const { id } = openedRun.experiment;
        costs.measured(id, label, seconds);
        const left = costs.left();
        progress.update(left === undefined ? 0 : costs.spent / (costs.spent + left), id);
        if (openTrials(openedRun, scale).length === 0) await finish(openedRun);
      },
    };
    await sayEstimate(runs, costs, measuring, progress);
    await measureTrials(
      runs.flatMap((openedRun) => openTrials(openedRun, scale)),
      measuring,
    );
  } finally {
    progress.finish();
    for (const { log } of runs) await log.close();
  }
  await writePage(out);
  process.stdout.write(`\n${join(out, "index.html")}\n`);
}

/** The page shows every experiment that the folder holds, also those of earlier calls. */
async function writePage(folder: string): Promise<void> {
  const { readExperiment } = await import("./experimentFiles.ts");
  const { writeSummary } = await import("./reproductionSummary.ts");
  const { renderPage } = await import("../report/page/renderPage.ts");
  const held = await Promise.all(experiments.map(({ id }) => readExperiment(folder, id)));
  const reproduction = {
    experiments: held.filter((experiment) => experiment !== undefined),
    leftOut: experiments.filter((_, index) => held[index] === undefined),
    version,
    command: `npx noisegeo reproduce --out ${folder}`,
    date: new Date().toISOString(),
  };
  await writeFileAtomically(join(folder, "index.html"), renderPage(reproduction));
  await writeSummary(folder, reproduction);
}

function summaryLine({ id, verdict, result, seconds }: ReportedExperiment): string {
  const colour = { holds: pc.green, fails: pc.red, inconclusive: pc.yellow }[verdict];
  const held = result.checks.filter((check) => check.verdict === "holds").length;
  return `${colour(verdict.padEnd(13))}${id.padEnd(24)}${held} of ${result.checks.length} checks hold, ${duration(seconds)}\n`;
}
