import { isOfOutputs, isOfTest } from "../../dynamics/quantities.ts";
import { InputError } from "../../inputError.ts";
import { chunkSize, sampleBytes } from "../../models/network/chunks.ts";
import { parameterCount } from "../../models/network/graph.ts";
import { defaultMemoryLimit } from "../../models/network/network.ts";
import { sizeOf } from "../../models/network/shape.ts";
import type { Problem } from "../problem.ts";
import type { TrainConfig } from "./config.ts";

/** Bytes for the activations of a batch; larger batches go through in parts. */
export const batchMemory = 256 * 2 ** 20;
/** Samples that instruments look at where the configuration does not say: the Gram matrix is n·C × n·C. */
export const defaultSamples = 200;
/** Numbers held for each of a Gram matrix at the worst moment, with eigenvectors and the solver's work space. */
const perGramEntry = 6;

/** Of training data, and again of test data, out of what a run may hold: larger ones are read from their files. */
export function dataHold(memory: number): number {
  return Math.floor(memory / 4);
}

/** Throws an InputError where data and everything else that a run holds take more than `memory` bytes. */
export function requireMemory(memory: number, problem: Problem, config: TrainConfig): void {
  const { inputs } = problem.dataset;
  const ofTest = config.instruments.some(({ quantities }) => quantities.some(isOfTest));
  const needed = inputs.heldBytes + (ofTest ? dataHold(memory) : 0) + besideData(problem, config);
  if (needed <= memory) return;
  const mebibytes = (bytes: number) => `${Math.ceil(bytes / 2 ** 20)}M`;
  throw new InputError(
    `--memory: expected at least about ${mebibytes(needed)} for this network, its batches and its instruments, got ${mebibytes(memory)}; give more, smaller batches, or instruments of fewer samples`,
  );
}

/** θ with gradient, velocity and copies; activations of a batch; of each instrument activations, of the largest its Gram matrix. */
function besideData({ graph, precision, dataset }: Problem, { optimiser, instruments }: TrainConfig): number {
  const each = sampleBytes(graph, precision);
  const batch = optimiser.name === "sgd" ? optimiser.batchSize : dataset.count;
  const activations = each * chunkSize(graph, precision, batch, batchMemory);
  let [sweeps, largest] = [0, 0];
  for (const { quantities, samples } of instruments) {
    const ofOutputs = quantities.every(isOfOutputs);
    const count = samples ?? (ofOutputs ? dataset.count : Math.min(defaultSamples, dataset.count));
    sweeps += each * chunkSize(graph, precision, count, defaultMemoryLimit);
    if (!ofOutputs) largest = Math.max(largest, count * sizeOf(graph.output.shape));
  }
  return 8 * 6 * parameterCount(graph) + activations + sweeps + 8 * perGramEntry * largest ** 2;
}
