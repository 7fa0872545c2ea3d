import type { Kernels } from "../../linalg/kernels/kernels.ts";
import { openVectorMath } from "../../linalg/kernels/openVectorMath.ts";
import type { VectorMath } from "../../linalg/vectorMath.ts";
import { buildArchitecture } from "../../models/network/architectures/buildArchitecture.ts";
import { readArchitecture } from "../../models/network/architectures/schema.ts";
import { freezeBatchNorm } from "../../models/network/freezeBatchNorm.ts";
import { initializeParameters } from "../../models/network/initialize.ts";
import { crossEntropyLoss, squareLoss } from "../../models/network/losses.ts";
import { type NetworkModel, networkModel } from "../../models/network/network.ts";
import type { RandomStream } from "../../random/stream.ts";
import type { Pictures, Split } from "./images.ts";
import { type Subject, squareLossName } from "./setting.ts";

/** A network at its initialisation, in float32, with the images that it is trained on and those that it is tested on. */
export interface Untrained {
  readonly model: NetworkModel;
  readonly initial: Float64Array;
  /** The loss of f = 0, in units of which losses are stated. */
  readonly unit: number;
  /** Share of the test images that θ puts into their class. */
  accuracy(theta: Float64Array): number;
  release(): void;
}

export async function untrained(
  { architecture, loss: lossName }: Subject,
  { shape, outputs, training, test }: Split,
  { kernels, stream }: { readonly kernels: Kernels; readonly stream: RandomStream },
): Promise<Untrained> {
  const config = readArchitecture(architecture);
  const graph = buildArchitecture(config, shape, outputs);
  const math = await vectorMath();
  const initial = initializeParameters(graph, config.initialisation, stream.split("initial"));
  freezeBatchNorm(graph, initial, training.inputs, { kernels, math });
  const square = lossName === squareLossName;
  const [model, tested] = [training, test].map(({ inputs, targets }: Pictures) =>
    networkModel({
      graph,
      inputs,
      targets,
      loss: square ? squareLoss : crossEntropyLoss,
      initialize: () => initial.slice(),
      kernels,
      math,
      precision: "float32",
    }),
  );
  return {
    model,
    initial,
    unit: square ? 1 / 2 : Math.log(outputs),
    accuracy: (theta) => accuracy(tested.predict(theta), test.targets, outputs),
    release() {
      model.release();
      tested.release();
    },
  };
}

/** Share of the samples whose largest output is that of their class. */
export function accuracy(predicted: Float64Array, targets: Float64Array, outputs: number): number {
  let right = 0;
  for (let first = 0; first < predicted.length; first += outputs) {
    const own = predicted.subarray(first, first + outputs);
    right += targets[first + own.indexOf(Math.max(...own))];
  }
  return right / (predicted.length / outputs);
}

let opened: Promise<VectorMath> | undefined;

/** One for all trials: each has a memory of its own. */
function vectorMath(): Promise<VectorMath> {
  opened ??= openVectorMath();
  return opened;
}
