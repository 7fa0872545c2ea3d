import { batchesByStep } from "../../data/batches.ts";
import { inputsAt, wholeInputs } from "../../data/dataset/inputBlocks.ts";
import { gradientDescent } from "../../dynamics/optimiser.ts";
import { scheduleOf } from "../../dynamics/scheduleSchema.ts";
import { InputError } from "../../inputError.ts";
import type { FloatArray } from "../../linalg/matrix.ts";
import { chunkSize } from "../../models/network/chunks.ts";
import { freezeBatchNorm } from "../../models/network/freezeBatchNorm.ts";
import type { RandomStream } from "../../random/stream.ts";
import type { Problem, ProblemContext } from "../problem.ts";
import { type Checkpoint, writeCheckpoint } from "./checkpoint.ts";
import type { TrainConfig } from "./config.ts";
import { batchMemory } from "./memory.ts";

/** Samples that frozen batch norms take their statistics from. */
const normSamples = 512;

/** A run's network under its optimiser: a function of the step, so that it can be taken up at any checkpoint. */
export interface Training {
  /** As it stands; in the network's precision. */
  readonly theta: FloatArray;
  /** Puts everything where the checkpoint has it, or to its beginning; returns the step to go on with. */
  begin(checkpoint: Checkpoint | undefined): number;
  learningRate(step: number): number;
  /** Takes a step and returns the loss of its batch before it. */
  step(step: number): number | Promise<number>;
  writeCheckpoint(folder: string, step: number): Promise<void>;
}

/** Throws an InputError on a batch size that does not fit the data. */
export function openTraining(
  problem: Problem,
  config: TrainConfig,
  { stream, ...context }: ProblemContext & { readonly stream: RandomStream },
): Training {
  const { graph, dataset, precision } = problem;
  const { optimiser: options, steps } = config;
  const nextBatch = batchesFor(config, dataset.count, stream.split("batches"));
  const batchSize = options.name === "sgd" ? options.batchSize : dataset.count;
  const model = problem.model();
  const capacity = chunkSize(graph, precision, batchSize, batchMemory);
  const trainer = model.trainer(new Float64Array(model.parameters), capacity);
  const { theta } = trainer;
  const optimiser = gradientDescent(trainer, context.math, { ...options, pause: context.pause });
  const learningRate = scheduleOf(config.schedule, steps);

  return {
    theta,
    learningRate,
    begin(checkpoint) {
      if (checkpoint) {
        theta.set(checkpoint.theta);
        if (checkpoint.velocity) optimiser.velocity?.set(checkpoint.velocity);
        return checkpoint.step;
      }
      const initial = model.initialize(stream.split("initialisation"));
      const order = stream.split("batch norm").permutation(dataset.count);
      const chosen = inputsAt(dataset.inputs, order.subarray(0, normSamples));
      freezeBatchNorm(graph, initial, wholeInputs(chosen), context);
      theta.set(initial);
      return 0;
    },
    step: (step) => optimiser.step(nextBatch(step), learningRate(step)),
    writeCheckpoint: (folder, step) =>
      writeCheckpoint(folder, graph, { step, theta, velocity: optimiser.velocity }),
  };
}

function batchesFor(
  { optimiser }: TrainConfig,
  samples: number,
  stream: RandomStream,
): (step: number) => Int32Array {
  if (optimiser.name === "gd") {
    const all = Int32Array.from({ length: samples }, (_, i) => i);
    return () => all;
  }
  const { batchSize, replacement } = optimiser;
  if (!replacement && batchSize > samples) {
    throw new InputError(
      `optimiser.batchSize: expected at most the ${samples} training samples without replacement, got ${batchSize}`,
    );
  }
  return batchesByStep({ samples, batchSize, replacement, stream });
}
