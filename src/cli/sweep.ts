import { availableParallelism } from "node:os";
import { basename, dirname, extname, join, resolve } from "node:path";
import process from "node:process";
import { type Command, Option } from "commander";
import type { SweepEnd } from "../engines/sweep.ts";
import type { Json } from "../runs/jobs/job.ts";
import type { SweepConfig } from "../runs/sweep/config.ts";
import type { SweepFolder } from "../runs/sweep/folder.ts";
import type { PlannedJob } from "../runs/sweep/plan.ts";
import { positiveInteger } from "./arguments.ts";
import { CommandEnd, exitCodes } from "./commandEnd.ts";
import { readConfigFile } from "./readConfigFile.ts";
import { type EngineOptions, engineNames } from "./sweepEngines.ts";
import type { SweepFiles } from "./sweepFiles.ts";
import { startSweepProgress } from "./sweepProgress.ts";

interface SweepCommandOptions extends EngineOptions {
  readonly out?: string;
  readonly attempts: number;
  readonly json?: string;
}

export function setUpSweep(command: Command, signal: AbortSignal): void {
  command
    .argument("<config>", "YAML file with command, config and design")
    .option("--out <folder>", "folder of the sweep (default: sweeps/ and the name of the configuration)")
    .addOption(new Option("--engine <engine>", "who does the work").choices(engineNames).default("local"))
    .option(
      "--workers <count>",
      "of the local engine: threads, each with a job at a time",
      positiveInteger,
      availableParallelism(),
    )
    .option("--redis <url>", "of the engine bullmq: where (default: the variable NOISEGEO_REDIS)")
    .option(
      "--sbatch <words>",
      'of the engine slurm: words for sbatch, such as "--partition=cpu --time=1:00:00"',
    )
    .option("--attempts <count>", "how often a job is tried before it counts as failed", positiveInteger, 3)
    .option("--json <file>", "write a summary there; - is standard output, with nothing else on it")
    .action((file: string, options: SweepCommandOptions) => run(file, options, signal));
}

async function run(file: string, options: SweepCommandOptions, signal: AbortSignal): Promise<void> {
  const plan = await readPlan(file);
  const out = options.out ?? join("sweeps", basename(file, extname(file)));
  const { withFolderLocked } = await import("../runs/folderLock.ts");
  const { folder, end, files } = await withFolderLocked(out, "noisegeo sweep", () =>
    swept(out, plan, options, signal),
  );
  const { sweepDocument, sweepSummary } = await import("./sweepReport.ts");

  const text = `${JSON.stringify(sweepDocument(folder, end, files), null, 2)}\n`;
  if (options.json !== undefined && options.json !== "-") {
    const { writeFileAtomically } = await import("../runs/atomicFile.ts");
    await writeFileAtomically(options.json, text);
  }
  process.stdout.write(options.json === "-" ? text : sweepSummary(folder, end, files));
  if (end.failed.length > 0) {
    throw new CommandEnd(
      exitCodes.failed,
      `${end.failed.length} of ${plan.planned.length} jobs failed; the same command tries them again`,
    );
  }
}

interface SweepPlan {
  readonly config: SweepConfig;
  readonly planned: PlannedJob[];
  readonly tiles?: { readonly samples: number } | undefined;
}

/** Has the jobs done, and writes what there is to see. */
async function swept(
  out: string,
  { config: { figure }, planned, tiles }: SweepPlan,
  options: SweepCommandOptions,
  signal: AbortSignal,
): Promise<{ readonly folder: SweepFolder; readonly end: SweepEnd; readonly files: SweepFiles }> {
  const { openSweepFolder, sweptJobs } = await import("../runs/sweep/folder.ts");
  const folder = await openSweepFolder(out, planned, { figure, tiles });
  const end = await doJobs(folder, planned, options, signal);
  const { writeSweep } = await import("./sweepFiles.ts");
  const files = await writeSweep(folder, { jobs: sweptJobs(planned), figure, tiles }, end.rows);
  return { folder, end, files };
}

/** Everything in the configuration is checked before the first job starts. */
async function readPlan(file: string): Promise<SweepPlan> {
  const { parseSweepConfig } = await import("../runs/sweep/config.ts");
  const { planSweep } = await import("../runs/sweep/plan.ts");
  const { jobKind } = await import("./jobs/kinds.ts");
  const config = parseSweepConfig(await readConfigFile(file), file);
  const base = await baseOf(config, file);
  const prepare = async (command: SweepConfig["command"], value: Json, what: string) =>
    (await jobKind(command)).prepare(value, what);
  const side = config.design.tiles;
  if (side === undefined) return { config, planned: await planSweep(config, base, prepare, file) };
  const { samplesOf, tilePoints } = await import("./jobs/tiledMeasurement.ts");
  const samples = await samplesOf(base, file);
  const points = tilePoints(samples, side);
  return { config, planned: await planSweep(config, base, prepare, file, points), tiles: { samples } };
}

/** A file name is meant from where the sweep's own file is. */
async function baseOf({ config }: SweepConfig, file: string): Promise<Json> {
  if (typeof config !== "string") return config;
  const { parseYaml } = await import("../runs/yaml.ts");
  const path = resolve(dirname(file), config);
  return parseYaml(await readConfigFile(path), config) as Json;
}

async function doJobs(
  folder: SweepFolder,
  planned: readonly PlannedJob[],
  options: SweepCommandOptions,
  signal: AbortSignal,
): Promise<SweepEnd> {
  const { openEngine } = await import("./sweepEngines.ts");
  const { runSweep } = await import("../engines/sweep.ts");
  const engine = await openEngine(folder, options);
  const progress = startSweepProgress(planned.length);
  try {
    return await runSweep(folder, planned, {
      engine,
      attempts: options.attempts,
      signal,
      onFound: progress.found,
      onEvent: progress.event,
    });
  } finally {
    progress.finish();
  }
}
