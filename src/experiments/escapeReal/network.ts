import { signs } from "../../data/dataset/targets.ts";
import type { Kernels } from "../../linalg/kernels/kernels.ts";
import { openVectorMath } from "../../linalg/kernels/openVectorMath.ts";
import type { VectorMath } from "../../linalg/vectorMath.ts";
import { buildArchitecture } from "../../models/network/architectures/buildArchitecture.ts";
import { readArchitecture } from "../../models/network/architectures/schema.ts";
import { freezeBatchNorm } from "../../models/network/freezeBatchNorm.ts";
import { initializeParameters } from "../../models/network/initialize.ts";
import { squareLoss } from "../../models/network/losses.ts";
import { type NetworkModel, networkModel } from "../../models/network/network.ts";
import { meanLoss } from "../../models/samples.ts";
import type { RandomStream } from "../../random/stream.ts";
import type { OpenImages } from "../experiment.ts";
import { descendTo, type TrainedMinimum, trainedMinimum } from "../minima/trainedByDescent.ts";
import { imagesOrReason } from "../realImages.ts";
import type { Subject } from "./subjects.ts";

export interface Trained extends TrainedMinimum {
  /** The same network in float32: for long descents. */
  readonly rough: NetworkModel;
  /** Of SGD from the initialisation to θ*. */
  readonly steps: number;
  /** The loss of f = 0, in units of which losses are stated. */
  readonly unit: number;
  release(): void;
}

/** A network on images as they are, trained by SGD alone from its initialisation, or why there is none. */
export async function trainedOnImages(
  { images, classes, samples, architecture, training }: Subject,
  {
    kernels,
    stream,
    openImages,
  }: {
    readonly kernels: Kernels;
    readonly stream: RandomStream;
    readonly openImages: OpenImages | undefined;
  },
): Promise<Trained | { readonly missing: string }> {
  const seed = stream.split("images").integer(2 ** 31);
  const drawn = await imagesOrReason(openImages, {
    name: images,
    classes,
    samples,
    seed,
    standardise: "channel",
  });
  if ("missing" in drawn) return drawn;
  if (!drawn.labels) throw new RangeError(`${images}: expected labels`);
  const config = readArchitecture(architecture);
  const graph = buildArchitecture(config, drawn.inputShape, 1);
  const math = await vectorMath();
  const initial = initializeParameters(graph, config.initialisation, stream.split("initial"));
  freezeBatchNorm(graph, initial, drawn.inputs, { kernels, math });
  const targets = signs(drawn.labels).values;
  const [model, rough] = (["float64", "float32"] as const).map((precision) =>
    networkModel({
      graph,
      inputs: drawn.inputs,
      targets,
      loss: squareLoss,
      initialize: () => initial.slice(),
      kernels,
      math,
      precision,
    }),
  );
  const release = () => {
    model.release();
    rough.release();
  };
  const unit = meanLoss(model.targets, samples);
  const { lossShare, ...descent } = training;
  const trained = descendTo(rough, initial, {
    ...descent,
    loss: lossShare * unit,
    stream: stream.split("training"),
  });
  if (!trained.arrived) {
    release();
    return {
      missing: `SGD did not come to a loss of ${lossShare} of that of f = 0 in ${training.maxSteps} steps`,
    };
  }
  return {
    ...(await trainedMinimum(model, trained.theta, kernels)),
    rough,
    steps: trained.steps,
    unit,
    release,
  };
}

let opened: Promise<VectorMath> | undefined;

/** One for all trials: each has a memory of its own. */
function vectorMath(): Promise<VectorMath> {
  opened ??= openVectorMath();
  return opened;
}
