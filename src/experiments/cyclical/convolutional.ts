import { constant } from "../../dynamics/schedules.ts";
import type { Kernels } from "../../linalg/kernels/kernels.ts";
import { openVectorMath } from "../../linalg/kernels/openVectorMath.ts";
import type { Precision } from "../../linalg/vectorMath.ts";
import type { Linearization } from "../../models/linearization.ts";
import { buildArchitecture } from "../../models/network/architectures/buildArchitecture.ts";
import { readArchitecture } from "../../models/network/architectures/schema.ts";
import { initializeParameters } from "../../models/network/initialize.ts";
import { squareLoss } from "../../models/network/losses.ts";
import { networkModel } from "../../models/network/network.ts";
import { meanLoss } from "../../models/samples.ts";
import type { RandomStream } from "../../random/stream.ts";
import { interpolate } from "../minima/interpolate.ts";
import { descent, minibatches } from "./descent.ts";
import type { Digits, LabelledImages } from "./digits.ts";
import type { Landscape } from "./landscape.ts";
import type { ConvolutionalSizes } from "./setting.ts";

/** SGD towards the start; the smaller its learning rate, the sharper the minimum that it finds. */
export const training = { batchSize: 8, learningRate: 0.05 };
/** Of the weights at the initialisation, over LeCun's: the larger, the sharper the minimum nearby. */
export const spread = 1.5;
/** Every run starts beside the minimum, where the loss is this part of that of f = 0: at the minimum itself nothing moves. */
export const startLoss = 1e-4;
/** The loss of f = 0 on targets ±1. */
const unit = 1 / 2;

/** A small LeNet with tanh and average pooling, one output, square loss, trained on digits until it fits them. */
export async function convolutionalLandscape(
  { channels, hidden, trainingSteps }: ConvolutionalSizes,
  { training: shown, test: held }: Digits,
  { kernels, stream }: { readonly kernels: Kernels; readonly stream: RandomStream },
): Promise<Landscape> {
  const architecture = readArchitecture({
    name: "lenet",
    channels,
    kernel: 3,
    pooling: "average",
    hidden: [hidden],
    activation: "tanh",
    initialisation: "lecun",
  });
  const graph = buildArchitecture(architecture, [1, shown.side, shown.side], 1);
  const math = await openVectorMath();
  const on = ({ inputs, targets }: LabelledImages, precision: Precision) =>
    networkModel({
      graph,
      inputs,
      targets,
      loss: squareLoss,
      initialize: (draws) => initializeParameters(graph, architecture.initialisation, draws),
      kernels,
      math,
      precision,
    });
  const exact = on(shown, "float64");
  const { batchSize, learningRate } = training;
  const gradient = minibatches(exact, batchSize, stream.split("training"));
  const initial = exact.initialize(stream.split("initial")).map((value) => value * spread);
  let trained: Float64Array = initial;
  let step = 0;
  for (trained of descent({
    start: initial,
    gradient,
    schedule: constant({ learningRate }),
    limit: Infinity,
  })) {
    if (step++ === trainingSteps) break;
  }
  const minimum = await interpolate(exact, trained, kernels);
  const start = await displaced(exact.linearize(minimum), minimum, startLoss * unit, stream.split("start"));
  exact.release();
  const model = on(shown, "float32");
  const tested = on(held, "float32");
  return {
    model,
    start,
    unit,
    known: {},
    test(theta) {
      const outputs = tested.predict(theta);
      const right = outputs.filter((output, i) => output * held.targets[i] > 0).length;
      return { testAccuracy: right / outputs.length };
    },
    release() {
      model.release();
      tested.release();
    },
  };
}

/** θ* + εd with d ~ N(0, I) and ε such that the loss is this, to first order. */
async function displaced(
  { jvp, samples, parameters }: Linearization,
  minimum: Float64Array,
  loss: number,
  stream: RandomStream,
): Promise<Float64Array> {
  const direction = stream.gaussians(new Float64Array(parameters));
  const image = await jvp(direction);
  const scale = Math.sqrt(loss / meanLoss(image, samples));
  return minimum.map((value, k) => value + scale * direction[k]);
}
