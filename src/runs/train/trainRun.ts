import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import type { Kernels } from "../../linalg/kernels/kernels.ts";
import { openVectorMath } from "../../linalg/kernels/openVectorMath.ts";
import { createStream } from "../../random/index.ts";
import { version } from "../../version.ts";
import { removeTemporaryFiles, writeFileAtomically } from "../atomicFile.ts";
import { openProblem, type Problem } from "../problem.ts";
import { checkpointFolder } from "./checkpoint.ts";
import type { TrainConfig } from "./config.ts";
import { type Manifest, writeManifest } from "./manifest.ts";
import { dataHold, requireMemory } from "./memory.ts";
import { encodeMetrics, type MetricsRow, openMetricsLog, readMetrics } from "./metricsLog.ts";
import { earlierRun, newestCheckpoint } from "./runFolder.ts";
import { openRunKernels } from "./runKernels.ts";
import { openTraining, type Training } from "./training.ts";
import { type TrainingEnd, trainingLoop } from "./trainingLoop.ts";
import { openWatch, type Watch } from "./watch.ts";

export interface TrainOptions {
  readonly config: TrainConfig;
  /** Of the run: made where there is none. */
  readonly folder: string;
  /** Goes on with the run in the folder, where there is one. */
  readonly resume?: boolean;
  /** Of the kernels; a resumed run keeps its own. Default 1. */
  readonly threads?: number | undefined;
  /** Bytes that may be held at once, beside those of the program itself: data that take more than a quarter are read from their files. */
  readonly memory?: number | undefined;
  /** Aborting ends the run with a checkpoint. */
  readonly signal: AbortSignal;
  /** Told at the start, and then now and again, of the step at hand and the loss of recent batches. */
  readonly onProgress?: (step: number, loss: number | undefined) => void;
  /** Told what a person should know, line by line. */
  readonly note?: (line: string) => void;
}

export interface TrainResult {
  readonly manifest: Manifest;
  readonly end: TrainingEnd;
  readonly rows: readonly MetricsRow[];
  /** Step that this session began at. */
  readonly start: number;
}

/**
 * Trains as the configuration says, keeping manifest, metrics and checkpoints in a folder (docs/train.md). However a run ends,
 * resuming it gives the same checkpoints and metrics, bit by bit, as one that was never broken off. Throws an InputError
 * where the configuration does not fit the data, or `memory`, or the folder holds another run.
 */
export async function trainRun(options: TrainOptions): Promise<TrainResult> {
  const { config, folder, resume = false, signal, note = () => {} } = options;
  const earlier = await earlierRun(folder, config, resume);
  const kernels = await openRunKernels(options.threads, earlier, note);
  try {
    return await run({ ...options, note }, earlier, kernels, signal);
  } finally {
    await kernels.close();
  }
}

type NotedOptions = TrainOptions & { readonly note: (line: string) => void };

interface OpenRun {
  readonly kernels: Kernels;
  readonly problem: Problem;
  readonly watch: Watch;
  readonly training: Training;
  readonly began: number;
}

async function run(
  options: NotedOptions,
  earlier: Manifest | undefined,
  kernels: Kernels,
  signal: AbortSignal,
): Promise<TrainResult> {
  const began = performance.now();
  const { config, memory } = options;
  const context = {
    kernels,
    math: await openVectorMath(),
    hold: memory === undefined ? undefined : dataHold(memory),
    async pause() {
      await setImmediate();
      signal.throwIfAborted();
    },
  };
  const stream = createStream(config.seed);
  const problem = await openProblem(config, context);
  try {
    if (memory !== undefined) requireMemory(memory, problem, config);
    const watch = await openWatch(problem, config, { ...context, stream: stream.split("instruments") });
    try {
      const training = openTraining(problem, config, { ...context, stream });
      return await steps(options, earlier, { kernels, problem, watch, training, began });
    } finally {
      await watch.close();
    }
  } finally {
    await problem.dataset.close();
  }
}

/** Takes the run up where it stands, and keeps what comes of it. */
async function steps(
  { config, folder, signal, onProgress, note }: NotedOptions,
  earlier: Manifest | undefined,
  { kernels, problem, watch, training, began }: OpenRun,
): Promise<TrainResult> {
  const logPath = join(folder, "metrics.jsonl");
  const kept = new Set((await readMetrics(logPath)).map(({ step }) => step));
  const isComplete = (step: number) => {
    for (let before = 0; before < step; before++) if (watch.isDue(before) && !kept.has(before)) return false;
    return true;
  };
  for (const written of [folder, join(folder, checkpointFolder)]) await removeTemporaryFiles(written);
  const checkpoint = earlier && (await newestCheckpoint(folder, problem.graph, isComplete, note));
  const start = training.begin(checkpoint);

  const facts = {
    schema: 1,
    command: "train",
    version,
    config,
    data: problem.dataset.name,
    parameters: training.theta.length,
    kernels: { name: kernels.name, description: kernels.description, threads: kernels.threads },
  } as const;
  const keepManifest = async (status: Manifest["status"], step: number): Promise<Manifest> => {
    const seconds = (earlier?.seconds ?? 0) + (performance.now() - began) / 1000;
    const manifest = { ...facts, status, step, seconds };
    await writeManifest(folder, manifest);
    return manifest;
  };
  await keepManifest("running", start);

  const log = await openMetricsLog(logPath, start);
  try {
    const end = await trainingLoop({
      config,
      training,
      watch,
      log,
      start,
      signal,
      onProgress: onProgress ?? (() => {}),
      async save(step) {
        await training.writeCheckpoint(folder, step);
        await keepManifest("running", step);
      },
    });
    const columns = ["step", "learningRate", "batchLoss", ...watch.columns];
    await writeFileAtomically(join(folder, "metrics.parquet"), encodeMetrics(log.rows, columns));
    return { manifest: await keepManifest(end.status, end.step), end, rows: log.rows, start };
  } finally {
    await log.close();
  }
}
