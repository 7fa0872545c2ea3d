import type { DatasetConfig } from "../data/dataset/config.ts";
import { blocksSubset, type DatasetInBlocks, type DatasetWith } from "../data/dataset/dataset.ts";
import type { InputBlocks } from "../data/dataset/inputBlocks.ts";
import { openBlocks } from "../data/dataset/openDataset.ts";
import type { Targets } from "../data/dataset/targets.ts";
import { InputError } from "../inputError.ts";
import type { Kernels } from "../linalg/kernels/kernels.ts";
import type { Precision, VectorMath } from "../linalg/vectorMath.ts";
import { buildArchitecture } from "../models/network/architectures/buildArchitecture.ts";
import type { ArchitectureConfig } from "../models/network/architectures/schema.ts";
import type { Graph } from "../models/network/graph.ts";
import { initializeParameters } from "../models/network/initialize.ts";
import { type NetworkModel, networkModel } from "../models/network/network.ts";
import { type LossName, lossNamed, type TargetEncoding, targetsFor } from "../models/network/targets.ts";

export interface ProblemConfig {
  readonly data: DatasetConfig;
  readonly model: ArchitectureConfig;
  readonly loss: LossName;
  readonly targets?: TargetEncoding | undefined;
  readonly precision: "f32" | "f64";
}

export interface ProblemContext {
  readonly kernels: Kernels;
  readonly math: VectorMath;
  /** Waited for now and then in long work on a model; what it throws ends the work. */
  readonly pause?: () => Promise<void>;
  /** Bytes: larger data are read from their files. */
  readonly hold?: number | undefined;
}

/** Data, a network for them and a loss. */
export interface Problem {
  readonly config: ProblemConfig;
  /** To train on. */
  readonly dataset: DatasetInBlocks;
  readonly graph: Graph;
  readonly precision: Precision;
  /** The network on these samples of the training data (all, where none are named), or of another data set with the same classes. */
  model(on?: { readonly dataset?: DatasetWith<InputBlocks>; readonly samples?: Int32Array }): NetworkModel;
}

/** Opens the data, which stay open, and builds the network for them. Throws an InputError where they do not fit. */
export async function openProblem(config: ProblemConfig, context: ProblemContext): Promise<Problem> {
  const { kernels, math, pause, hold } = context;
  const precision = config.precision === "f32" ? "float32" : "float64";
  const dataset = await openBlocks(config.data, { precision, hold });
  const targets = targetsFor(dataset, config.loss, config.targets);
  const graph = buildArchitecture(config.model, dataset.inputShape, targets.outputs);
  return {
    config,
    dataset,
    graph,
    precision,
    model({ dataset: other = dataset, samples } = {}) {
      const chosen = samples ? blocksSubset(other, samples) : other;
      return networkModel({
        graph,
        inputs: chosen.inputs,
        targets: chosen === dataset ? targets.values : targetsLike(dataset, targets, chosen, config),
        loss: lossNamed(config.loss),
        initialize: (stream) => initializeParameters(graph, config.model.initialisation, stream),
        kernels,
        math,
        precision,
        ...(pause && { onProgress: pause }),
      });
    },
  };
}

/** Targets encoded as those of the training data are: with their classes, whichever of them occur. */
function targetsLike(
  training: DatasetWith<unknown>,
  { outputs }: Targets,
  other: DatasetWith<unknown>,
  { loss, targets: encoding }: ProblemConfig,
): Float64Array {
  const classes = training.labels?.classes;
  const labels =
    other.labels && classes !== undefined && other.labels.classes < classes
      ? { ...other.labels, classes }
      : other.labels;
  const targets = targetsFor({ ...other, ...(labels && { labels }) }, loss, encoding);
  if (targets.outputs !== outputs) {
    throw new InputError(
      `${other.name}: expected targets of ${outputs} outputs as in the training data, got ${targets.outputs}`,
    );
  }
  return targets.values;
}
