import type { Kernels } from "../../linalg/kernels/kernels.ts";
import type { VectorMath } from "../../linalg/vectorMath.ts";
import { buildArchitecture } from "../../models/network/architectures/buildArchitecture.ts";
import type { ArchitectureConfig } from "../../models/network/architectures/schema.ts";
import { initializeParameters } from "../../models/network/initialize.ts";
import { squareLoss } from "../../models/network/losses.ts";
import { networkModel } from "../../models/network/network.ts";
import type { Shape } from "../../models/network/shape.ts";
import type { RandomStream } from "../../random/stream.ts";
import { interpolate } from "./interpolate.ts";
import { type Minimum, minimumAt } from "./minimum.ts";

export interface NetworkTask {
  readonly architecture: ArchitectureConfig;
  /** Of one sample. */
  readonly inputShape: Shape;
  readonly inputs: Float64Array;
  /** n·C, sample-major. */
  readonly targets: Float64Array;
  /** C */
  readonly outputs: number;
}

/** A network with square loss trained from its initialisation to a minimum without residuals. */
export async function trainedNetwork(
  { architecture, inputShape, inputs, targets, outputs }: NetworkTask,
  {
    kernels,
    math,
    stream,
  }: { readonly kernels: Kernels; readonly math: VectorMath; readonly stream: RandomStream },
): Promise<Minimum> {
  const graph = buildArchitecture(architecture, inputShape, outputs);
  const model = networkModel({
    graph,
    inputs,
    targets,
    loss: squareLoss,
    initialize: (draws) => initializeParameters(graph, architecture.initialisation, draws),
    kernels,
    math,
  });
  return minimumAt(model, await interpolate(model, model.initialize(stream), kernels), kernels);
}
