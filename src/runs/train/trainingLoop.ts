import { setImmediate } from "node:timers/promises";
import type { TrainConfig } from "./config.ts";
import type { MetricsLog } from "./metricsLog.ts";
import type { Training } from "./training.ts";
import type { Watch } from "./watch.ts";

/** Checkpoints of a run that does not say how many, besides the first. */
const defaultCheckpoints = 10;
/** Milliseconds of work between looks at what else happens, such as Ctrl-C. */
const patience = 50;
/** Share of the newest batch in the loss that progress shows. */
const freshness = 0.05;

export interface TrainingLoop {
  readonly config: TrainConfig;
  readonly training: Training;
  readonly watch: Watch;
  readonly log: MetricsLog;
  /** Step to begin with; above 0 there is a checkpoint of it. */
  readonly start: number;
  readonly signal: AbortSignal;
  readonly onProgress: (step: number, loss: number | undefined) => void;
  /** Writes a checkpoint of θ before this step. */
  readonly save: (step: number) => Promise<void>;
}

/** How the steps came to an end, before `step` or, diverged, in it. */
export type TrainingEnd =
  | { readonly status: "finished" | "interrupted"; readonly step: number }
  /** Loss or θ are not finite any more. */
  | { readonly status: "diverged"; readonly step: number; readonly learningRate: number };

/**
 * Takes the steps, measuring and saving on the way. What is kept of step t, the checkpoint as well as the row, is written before
 * that of t + 1 is begun: a checkpoint can be relied on to have all rows before it on disk.
 */
export async function trainingLoop(loop: TrainingLoop): Promise<TrainingEnd> {
  const { config, training, watch, log, start, signal, onProgress, save } = loop;
  const { steps } = config;
  const saveEvery = config.checkpoints?.every ?? Math.ceil(steps / defaultCheckpoints);
  const point = () => Float64Array.from(training.theta);
  const diverged = (at: number): TrainingEnd => ({
    status: "diverged",
    step: at,
    learningRate: training.learningRate(at),
  });
  let recent: number | undefined;
  let paused = performance.now();
  let step = start;
  onProgress(step, recent);
  try {
    for (; step < steps; step++) {
      if (performance.now() - paused > patience) {
        onProgress(step, recent);
        await setImmediate();
        paused = performance.now();
        signal.throwIfAborted();
      }
      const isDue = watch.isDue(step);
      const isSaved = step % saveEvery === 0 && !(step === start && start > 0);
      if ((isDue || isSaved) && !isFinitePoint(training)) return diverged(Math.max(0, step - 1));
      if (isSaved) await save(step);
      const cells = isDue ? await watch.read(step, point()) : undefined;
      const taken = training.step(step);
      const batchLoss = typeof taken === "number" ? taken : await taken;
      if (!Number.isFinite(batchLoss)) return diverged(step);
      recent = recent === undefined ? batchLoss : recent + freshness * (batchLoss - recent);
      if (cells) await log.append({ step, learningRate: training.learningRate(step), batchLoss, ...cells });
    }
    if (!isFinitePoint(training)) return diverged(step - 1);
    await save(step);
    if (watch.isDue(step)) {
      await log.append({ step, learningRate: null, batchLoss: null, ...(await watch.read(step, point())) });
    }
    return { status: "finished", step };
  } catch (error) {
    if (!signal.aborted || error !== signal.reason) throw error;
    if (!isFinitePoint(training)) return diverged(Math.max(0, step - 1));
    await save(step);
    return { status: "interrupted", step };
  }
}

function isFinitePoint({ theta }: Training): boolean {
  for (let k = 0; k < theta.length; k++) if (!Number.isFinite(theta[k])) return false;
  return true;
}
