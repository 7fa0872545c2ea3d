import { join } from "node:path";
import process from "node:process";
import { type Command, Option } from "commander";
import pc from "picocolors";
import { openDataset } from "../data/dataset/openDataset.ts";
import type { Conclusion, Experiment, ExperimentResult, Row, Scale } from "../experiments/experiment.ts";
import { chosenExperiments, experiments } from "../experiments/registry.ts";
import { type RunOptions, runExperiment } from "../experiments/run.ts";
import { openKernels } from "../linalg/kernels/select.ts";
import type { ReportedExperiment } from "../report/reproduction.ts";
import { writeFileAtomically } from "../runs/atomicFile.ts";
import { openTrialLog, type TrialLog } from "../runs/trialLog.ts";
import { version } from "../version.ts";
import { wholeNumber } from "./arguments.ts";
import { addKernelOptions, type KernelOptions } from "./kernelOptions.ts";
import { duration, type Progress, startProgress } from "./progress.ts";
import { firstOfEachKind, type TrialCosts, trialCosts } from "./trialCosts.ts";

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
  const runs: OpenRun[] = [];
  try {
    for (const experiment of chosen) runs.push(await openRun(experiment, options));
    const costs = trialCosts(runs, options.scale);
    const measuring: Measuring = {
      kernels,
      ...options,
      openImages: (config) => openDataset(config, { precision: "float64" }),
      signal,
      costs,
      onMeasured(id) {
        const left = costs.left();
        progress.update(left === undefined ? 0 : costs.spent / (costs.spent + left), id);
      },
    };
    await sayEstimate(runs, measuring, progress);
    for (const openedRun of runs) {
      const reported = await runOne(openedRun, measuring);
      progress.finish();
      process.stdout.write(summaryLine(reported));
    }
  } finally {
    progress.finish();
    for (const { log } of runs) await log.close();
    await kernels.close();
  }
  await writePage(options.out, kernels.description);
  process.stdout.write(`\n${join(options.out, "index.html")}\n`);
}

/** An experiment and the log of its finished trials; `known` grows as they are measured. */
interface OpenRun {
  readonly experiment: Experiment;
  readonly log: TrialLog;
  readonly known: Map<string, readonly Row[]>;
  seconds: number;
}

interface Measuring extends Pick<RunOptions, "kernels" | "scale" | "seed" | "openImages" | "signal"> {
  readonly out: string;
  readonly costs: TrialCosts;
  readonly onMeasured: (id: string) => void;
}

async function openRun(
  experiment: Experiment,
  { out, scale, seed, resume = false }: ReproduceOptions,
): Promise<OpenRun> {
  const key = { experiment: experiment.id, scale, seed, version };
  const log = await openTrialLog(join(out, experiment.id, "trials.jsonl"), key, resume);
  return { experiment, log, known: new Map(log.known), seconds: log.seconds };
}

/**
 * Says how long the whole will take, from one trial of each kind. These are trials of the run itself, and kept: the estimate
 * costs nothing, and counts only what an earlier call left to do.
 */
async function sayEstimate(
  runs: readonly OpenRun[],
  measuring: Measuring,
  progress: Progress,
): Promise<void> {
  const { costs, scale } = measuring;
  const total = costs.open;
  if (total === 0) return;
  const trials = (count: number) => `${count} ${count === 1 ? "trial" : "trials"}`;
  process.stderr.write(
    `${scale} scale: ${trials(total)} to measure; the first of each kind, ${costs.kinds}, give an estimate of the time\n`,
  );
  for (const openedRun of runs) {
    const { experiment, known } = openedRun;
    const first = firstOfEachKind(experiment, scale, known);
    await measure({ ...experiment, trials: () => first, conclude: () => nothing }, openedRun, measuring);
  }
  progress.finish();
  const left = costs.left() ?? 0;
  process.stderr.write(
    `estimate: about ${duration(left)} more for ${trials(costs.open)} (${duration(costs.spent)} went into these ${costs.kinds})\n`,
  );
}

const nothing: Conclusion = { checks: [], reading: "", setting: [], figures: [] };

function measure(
  experiment: Experiment,
  openedRun: OpenRun,
  { costs, onMeasured, ...options }: Measuring,
): Promise<ExperimentResult> {
  const { id } = experiment;
  return runExperiment(experiment, {
    ...options,
    known: openedRun.known,
    async onTrial(label, rows, seconds) {
      openedRun.seconds += seconds;
      await openedRun.log.append(label, rows, seconds);
      openedRun.known.set(label, rows);
      costs.measured(id, label, seconds);
      onMeasured(id);
    },
  });
}

async function runOne(openedRun: OpenRun, measuring: Measuring): Promise<ReportedExperiment> {
  const { experiment } = openedRun;
  const { out, scale, seed, kernels } = measuring;
  // drawing needs libraries that measuring does not: loaded here, not when the command starts
  const { writeExperiment } = await import("./experimentFiles.ts");
  const result = await measure(experiment, openedRun, measuring);
  const run = { scale, seed, seconds: openedRun.seconds };
  return writeExperiment(out, experiment, result, run, { version, kernels: kernels.description });
}

/** The page shows every experiment that the folder holds, also those of earlier calls. */
async function writePage(folder: string, kernels: string): Promise<void> {
  const { readExperiment } = await import("./experimentFiles.ts");
  const { writeSummary } = await import("./reproductionSummary.ts");
  const { renderPage } = await import("../report/page/renderPage.ts");
  const held = await Promise.all(experiments.map(({ id }) => readExperiment(folder, id)));
  const present = held.filter((experiment) => experiment !== undefined);
  const page = renderPage({
    experiments: present,
    leftOut: experiments.filter((_, index) => held[index] === undefined),
    version,
    kernels,
    command: `npx noisegeo reproduce --out ${folder}`,
    date: new Date().toISOString(),
  });
  await writeFileAtomically(join(folder, "index.html"), page);
  await writeSummary(folder, present, version);
}

function summaryLine({ id, verdict, result, seconds }: ReportedExperiment): string {
  const colour = { holds: pc.green, fails: pc.red, inconclusive: pc.yellow }[verdict];
  const held = result.checks.filter((check) => check.verdict === "holds").length;
  return `${colour(verdict.padEnd(13))}${id.padEnd(24)}${held} of ${result.checks.length} checks hold, ${duration(seconds)}\n`;
}
