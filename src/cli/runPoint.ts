import { blocksSubset } from "../data/dataset/dataset.ts";
import { openBlocks } from "../data/dataset/openDataset.ts";
import { scheduleOf } from "../dynamics/scheduleSchema.ts";
import { InputError } from "../inputError.ts";
import { buildArchitecture } from "../models/network/architectures/buildArchitecture.ts";
import { pointOn } from "../models/network/networkPoint.ts";
import { targetsFor } from "../models/network/targets.ts";
import { createStream } from "../random/index.ts";
import { checkpointSteps, readCheckpoint } from "../runs/train/checkpoint.ts";
import type { TrainConfig } from "../runs/train/config.ts";
import { readManifest } from "../runs/train/manifest.ts";
import { rangesOf } from "../sampleRange.ts";
import { type OpenPoint, openNamedData, pointWith, type SampleOptions } from "./networkData.ts";
import type { TrainingStep } from "./pointSource.ts";

interface RunPoint extends OpenPoint {
  readonly training: TrainingStep;
}

/** A checkpoint of a training run, the last one unless a step is given, on the run's training data unless others are. */
export async function runPoint(
  folder: string,
  wanted: number | undefined,
  data: string | undefined,
  options: SampleOptions,
): Promise<RunPoint> {
  const manifest = await readManifest(folder);
  if (!manifest) {
    throw new InputError(
      `${folder}: expected the folder of a training run, got no manifest.json there; check the path`,
    );
  }
  const steps = await checkpointSteps(folder);
  const step = wanted ?? steps[steps.length - 1];
  if (step === undefined || !steps.includes(step)) {
    throw new InputError(
      `${folder}: expected a step with a checkpoint (${steps.join(", ") || "there is none yet"}), got ${step ?? "none"}`,
    );
  }
  const { config } = manifest;
  const { samples, parts, precision, hold } = options;
  const drawn = data === undefined && samples !== undefined;
  // other data want no more of these than their shape, and what is drawn is drawn among all of them
  const wantedParts = data !== undefined ? [{ start: 0, count: 1 }] : drawn ? undefined : parts;
  const training = await openBlocks(config.data, { precision, parts: wantedParts, hold });
  const network = async () => {
    const { outputs } = targetsFor(training, config.loss, config.targets);
    const graph = buildArchitecture(config.model, training.inputShape, outputs);
    const { theta } = await readCheckpoint(folder, graph, step);
    return { name: `${folder} at step ${step}`, graph, theta: Float64Array.from(theta) };
  };
  if (data !== undefined) {
    const at = await network().finally(training.close);
    const other = await openNamedData(data, options);
    const point = await pointWith(other, () => pointOn(other, at, config.loss));
    return { ...point, training: trainingStep(config, step) };
  }
  const point = await pointWith(training, async () => {
    const { name, ...at } = await network();
    const chosen = drawn ? blocksSubset(training, chosenSamples(training.count, options)) : training;
    return {
      ...at,
      name: `${name} on ${chosen.name}`,
      inputs: chosen.inputs,
      targets: targetsFor(chosen, config.loss, config.targets).values,
      loss: config.loss,
      available: config.data.samples ?? training.available,
    };
  });
  return { ...point, training: trainingStep(config, step) };
}

/** The step that leaves this checkpoint, or that led to it where it is the last one. */
function trainingStep({ optimiser, schedule, steps }: TrainConfig, step: number): TrainingStep {
  const { momentum, weightDecay } = optimiser;
  return {
    learningRate: scheduleOf(schedule, steps)(Math.min(step, steps - 1)),
    ...(optimiser.name === "sgd" && { batchSize: optimiser.batchSize }),
    replacement: optimiser.name === "sgd" && optimiser.replacement,
    momentum,
    weightDecay,
  };
}

function chosenSamples(count: number, { samples = count, seed, parts }: SampleOptions): Int32Array {
  if (samples > count) {
    throw new InputError(
      `--samples: expected at most the ${count} training samples of the run, got ${samples}`,
    );
  }
  const order = seed === undefined ? undefined : createStream(seed).split("samples").permutation(count);
  const chosen = Int32Array.from({ length: samples }, (_, k) => order?.[k] ?? k);
  return parts ? rangesOf(chosen, parts) : chosen;
}
