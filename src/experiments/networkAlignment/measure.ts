import type { ImageSetName } from "../../data/dataset/config.ts";
import { openVectorMath } from "../../linalg/kernels/openVectorMath.ts";
import type { Precision, VectorMath } from "../../linalg/vectorMath.ts";
import { buildArchitecture } from "../../models/network/architectures/buildArchitecture.ts";
import { freezeBatchNorm } from "../../models/network/freezeBatchNorm.ts";
import { initializeParameters } from "../../models/network/initialize.ts";
import { crossEntropyLoss, squareLoss } from "../../models/network/losses.ts";
import { networkModel } from "../../models/network/network.ts";
import type { Row, TrialContext } from "../experiment.ts";
import { course } from "./course.ts";
import { type Look, lookAt } from "./look.ts";
import { type NetworkName, networks } from "./networks.ts";
import type { Noise } from "./noise.ts";
import { openPictures, type Pictures } from "./pictures.ts";
import { type Case, entropyLoss, initial, type LossName, rate, type Sizes } from "./setting.ts";

export interface AlignmentTrial extends Record<string, number | string> {
  network: NetworkName;
  data: ImageSetName;
  loss: LossName;
  seed: number;
}

/** Alignment along the training of one network on one draw of images, at every width; or why there are no images. */
export async function measure(
  { network, data, loss }: AlignmentTrial,
  { kernels, stream, openImages }: TrialContext,
  sizes: Sizes,
  noise: Noise,
): Promise<readonly Row[]> {
  const own = sizes.cases.find((c) => c.network === network && c.data === data && c.loss === loss);
  if (!own) throw new RangeError(`case: got ${network}, ${data}, ${loss}`);
  const pictures = await openPictures(
    data,
    { loss, samples: own.samples, averaged: sizes.averaged && !networks[network].large },
    { openImages, stream: stream.split("images") },
  );
  if ("missing" in pictures) return [{ kind: "left out", reason: pictures.missing }];
  const rows: Row[] = [];
  for (const width of own.widths) {
    const measured = await along(own, width, pictures, { kernels, stream, noise });
    rows.push(...measured.map((row) => ({ width, ...row })));
  }
  return rows;
}

async function along(
  { network, loss, batchSize, maxSteps }: Case,
  width: number,
  { shape, inputs, targets, outputs }: Pictures,
  { kernels, stream, noise }: Pick<TrialContext, "kernels" | "stream"> & { readonly noise: Noise },
): Promise<readonly Row[]> {
  const architecture = networks[network].architecture(width);
  const graph = buildArchitecture(architecture, shape, outputs);
  const math = await vectorMath();
  const entropic = loss === entropyLoss;
  const at = (precision: Precision) =>
    networkModel({
      graph,
      inputs: precision === "float32" ? Float32Array.from(inputs) : inputs,
      targets,
      loss: entropic ? crossEntropyLoss : squareLoss,
      initialize: (draws) => initializeParameters(graph, architecture.initialisation, draws),
      kernels,
      math,
      precision,
    });
  const exact = at("float64");
  const trained = at("float32");
  // of f = 0: classes equally likely, or targets of length 1
  const unit = entropic ? Math.log(outputs) : 1 / 2;
  const rows: Row[] = [];
  const look = async (theta: string, step: number, parameters: Float64Array): Promise<Look> => {
    const seen = await lookAt(exact.linearize(parameters), {
      noise,
      outputs: entropic ? 1 : outputs,
      unit,
      kernels,
      stream: stream.split("directions", theta),
    });
    rows.push(
      ...seen.rows.map((row) => ({
        theta,
        step,
        parameters: exact.parameters,
        ...row,
      })),
    );
    return seen;
  };
  try {
    const start = exact.initialize(stream.split("initial"));
    freezeBatchNorm(graph, start, inputs, { kernels, math });
    const learningRateAt = ({ sharpness, trace }: Look) => rate / (sharpness + trace / batchSize);
    let learningRate = learningRateAt(await look(initial, 0, start));
    const options = {
      unit,
      learningRate: () => learningRate,
      batchSize,
      maxSteps,
      stream: stream.split("batches"),
    };
    for (const { theta, step, parameters } of course(trained, start, options)) {
      learningRate = learningRateAt(await look(theta, step, parameters));
    }
    return rows;
  } finally {
    exact.release();
    trained.release();
  }
}

let opened: Promise<VectorMath> | undefined;

/** One for all trials: each has a memory of its own. */
function vectorMath(): Promise<VectorMath> {
  opened ??= openVectorMath();
  return opened;
}
