/** Models with data at a θ, for the experiments on one step of SGD. */
import { powerLaw } from "../data/designs.ts";
import { type GeometryPoint, pointOf } from "../geometry/point.ts";
import { type GaussNewtonSpectrum, gaussNewtonSpectrum } from "../geometry/spectrum.ts";
import type { Kernels } from "../linalg/kernels/kernels.ts";
import { type Matrix, matrix } from "../linalg/matrix.ts";
import { plainVectorMath } from "../linalg/plainVectorMath.ts";
import { smoothLeaky } from "../models/activations.ts";
import { linearModel } from "../models/linear.ts";
import type { HessianLinearization } from "../models/linearization.ts";
import type { HessianModel } from "../models/model.ts";
import { buildArchitecture } from "../models/network/architectures/buildArchitecture.ts";
import { type ArchitectureConfig, readArchitecture } from "../models/network/architectures/schema.ts";
import { initializeParameters } from "../models/network/initialize.ts";
import { squareLoss } from "../models/network/losses.ts";
import { networkModel } from "../models/network/network.ts";
import { signedSecondLayer, twoLayerModel } from "../models/twoLayer.ts";
import type { RandomStream } from "../random/stream.ts";
import { trainTowards } from "./training.ts";

export interface ProblemSizes {
  /** d */
  readonly dimension: number;
  /** n */
  readonly samples: number;
  /** Units of every hidden layer. */
  readonly width: number;
}

export interface OneStepProblem {
  /** "initialisation" or "after SGD". */
  readonly theta: string;
  readonly model: HessianModel;
  readonly parameters: Float64Array;
  readonly linearization: HessianLinearization;
  readonly point: GeometryPoint;
  /** Of G. */
  readonly spectrum: GaussNewtonSpectrum;
}

const labelNoise = 0.3;
const training = { batchSize: 8, lossShare: 0.05, maxSteps: 500 };
const slopeRatio = 0.3;

interface ModelOptions {
  readonly inputs: Matrix;
  readonly targets: Matrix;
  readonly width: number;
  readonly stream: RandomStream;
  readonly kernels: Kernels;
}

/** The model that is linear in θ, whose loss is quadratic. */
export const linearName = "linear";

/** Makers of models by name, one output each. */
export const oneStepModels: ReadonlyMap<string, (options: ModelOptions) => HessianModel> = new Map([
  [linearName, linearModel],
  ["two-layer linear", (options) => network(options, { name: "linear-network", hidden: [options.width] })],
  [
    `two-layer, smooth leaky (${slopeRatio})`,
    ({ inputs, targets, width, stream, kernels }) =>
      twoLayerModel({
        inputs,
        targets,
        secondLayer: signedSecondLayer(1, width, stream),
        activation: smoothLeaky(slopeRatio),
        kernels,
      }),
  ],
  [
    "three-layer, tanh",
    (options) =>
      network(options, {
        name: "fnn",
        hidden: [options.width, options.width],
        activation: "tanh",
        initialisation: "lecun",
      }),
  ],
] satisfies [string, (options: ModelOptions) => HessianModel][]);

function network({ inputs, targets, kernels }: ModelOptions, config: unknown): HessianModel {
  const architecture: ArchitectureConfig = readArchitecture(config);
  const graph = buildArchitecture(architecture, [inputs.columns], 1);
  return networkModel({
    graph,
    inputs: inputs.data,
    targets: targets.data,
    loss: squareLoss,
    initialize: (stream) => initializeParameters(graph, architecture.initialisation, stream),
    kernels,
    math: plainVectorMath,
  });
}

/** One draw of data, model and θ, at the initialisation and after SGD. Throws a RangeError for an unknown name. */
export async function oneStepProblems(
  name: string,
  { dimension, samples, width }: ProblemSizes,
  { stream, kernels }: { readonly stream: RandomStream; readonly kernels: Kernels },
): Promise<readonly OneStepProblem[]> {
  const build = oneStepModels.get(name);
  if (!build) throw new RangeError(`model: got ${name}`);
  const inputs = powerLaw(dimension, 1).sample(samples, stream.split("inputs"));
  const teacher = stream.split("teacher").gaussians(new Float64Array(dimension));
  const labels = stream.split("labels").gaussians(new Float64Array(samples), labelNoise);
  kernels.gemv(1, inputs, teacher, 1, labels);
  const targets = matrix(samples, 1, labels);
  const model = build({ inputs, targets, width, stream: stream.split("model"), kernels });
  const at = async (theta: string, parameters: Float64Array): Promise<OneStepProblem> => {
    const linearization = model.linearize(parameters);
    const point = await pointOf(linearization);
    const spectrum = await gaussNewtonSpectrum(point, kernels);
    return { theta, model, parameters, linearization, point, spectrum };
  };
  const initial = await at("initialisation", model.initialize(stream.split("initial")));
  const trained = trainTowards(model, initial.parameters, {
    ...training,
    learningRate: 0.5 / initial.spectrum.eigenvalues.reduce((sum, value) => sum + value, 0),
    stream: stream.split("training"),
  });
  return [initial, await at("after SGD", trained)];
}

/** What was drawn, for a reader. */
export function problemSetting({ dimension, samples, width }: ProblemSizes): readonly string[] {
  return [
    `Models, one output: linear, p = d; two-layer linear network, both layers trained; two-layer network with fixed second layer ±1/√m and σ(z) = ${slopeRatio}·z + ${1 - slopeRatio}·softplus(z); network of two hidden layers with tanh and biases, all trained. Width m = ${width}.`,
    `Data: n = ${samples} samples, x ~ N(0, S), S with the power law 1/k in d = ${dimension}. Targets: θ*ᵀx with θ* ~ N(0, I), plus noise of standard deviation ${labelNoise}.`,
    `θ: each model's initialisation; after SGD from there (batch ${training.batchSize}, with replacement, learning rate 1/(2·Tr G) of the initialisation) until the loss is ${100 * training.lossShare} % of its start, at most ${training.maxSteps} steps.`,
  ];
}
