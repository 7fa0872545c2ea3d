import { averagedImages } from "../../../../src/experiments/averagedImages.ts";
import { diagonalLandscape } from "../../../../src/experiments/cyclical/diagonal.ts";
import { descendTo } from "../../../../src/experiments/minima/trainedByDescent.ts";
import { leadingSpectrum } from "../../../../src/geometry/leadingSpectrum.ts";
import { pointOf } from "../../../../src/geometry/point.ts";
import type { Kernels } from "../../../../src/linalg/kernels/kernels.ts";
import { openVectorMath } from "../../../../src/linalg/kernels/openVectorMath.ts";
import { fusesMultiplyAdd } from "../../../../src/linalg/kernels/relaxedSimd.ts";
import { openWasmKernels } from "../../../../src/linalg/kernels/wasm.ts";
import type { VectorMath } from "../../../../src/linalg/vectorMath.ts";
import type { Model } from "../../../../src/models/model.ts";
import { fnn } from "../../../../src/models/network/architectures/fnn.ts";
import { lenet } from "../../../../src/models/network/architectures/lenet.ts";
import type { Graph } from "../../../../src/models/network/graph.ts";
import { initializeParameters } from "../../../../src/models/network/initialize.ts";
import { squareLoss } from "../../../../src/models/network/losses.ts";
import { type NetworkModel, networkModel } from "../../../../src/models/network/network.ts";
import { createStream } from "../../../../src/random/philoxStream.ts";
import type { RandomStream } from "../../../../src/random/stream.ts";
import { shippedDigits } from "../../digits.ts";
import type { ProblemSettings } from "./fields.ts";

/** A model with data, and where SGD and GD start. */
export interface Problem {
  readonly model: Model;
  /** Where the model is a network, its trainer is quicker. */
  readonly network?: NetworkModel;
  readonly start: Float64Array;
  /** The loss of f = 0. */
  readonly unit: number;
  /** GD's edge 2/λ₁ at the start, the unit of learning rates. */
  readonly edge: number;
  /** Least Tr G of all minima with the outputs of the teacher, where there is a closed form. */
  readonly flattestTrace?: number;
  /** Of images that are held out: the share that has the right sign. */
  accuracy?(theta: Float64Array): number;
  readonly kernels: Kernels;
  /** Of the batches. */
  readonly batches: RandomStream;
  release(): void;
}

/** Of the network: SGD at a small learning rate, which leads to a sharp minimum. */
const warmup = { batchSize: 4, rate: 0.2, loss: 0.05, maxSteps: 2000 };
const sizes = { dimension: 40, samples: 20, images: 60 };

let engine: Promise<{ readonly kernels: Kernels; readonly math: VectorMath }> | undefined;

async function openEngine() {
  return { kernels: await openWasmKernels({ relaxed: fusesMultiplyAdd() }), math: await openVectorMath() };
}

let last: { readonly key: string; readonly problem: Promise<Problem> } | undefined;

/** The problem of the settings; the last one is kept. Throws an InputError where the build has no digits. */
export function problemOf(settings: ProblemSettings): Promise<Problem> {
  const { model, seed } = settings;
  const key = JSON.stringify({ model, seed });
  if (last?.key !== key) {
    void last?.problem.then(
      (problem) => problem.release(),
      () => {},
    );
    last = { key, problem: buildProblem(model, seed) };
  }
  return last.problem;
}

async function buildProblem(model: ProblemSettings["model"], seed: number): Promise<Problem> {
  engine ??= openEngine();
  const { kernels, math } = await engine;
  const stream = createStream(seed).split("explorer");
  const landscape =
    model === "diagonal" ? diagonal(kernels, stream) : await digits(model, { kernels, math, stream });
  const point = await pointOf(landscape.model.linearize(landscape.start));
  const spectrum = await leadingSpectrum(point, 1, { kernels, stream: stream.split("spectrum") });
  return { ...landscape, kernels, batches: stream.split("batches"), edge: 2 / spectrum.eigenvalues[0] };
}

type Landscape = Omit<Problem, "kernels" | "batches" | "edge">;

/** The sharp minimum of docs/theory.md §6. */
function diagonal(kernels: Kernels, stream: RandomStream): Landscape {
  const { model, start, unit, known, release } = diagonalLandscape(sizes, { kernels, stream });
  return { model, start, unit, flattestTrace: known.flattestTrace as number, release };
}

/** Even digits against odd ones, 14×14 pixels. */
async function digits(
  name: "fnn" | "cnn",
  { kernels, math, stream }: { kernels: Kernels; math: VectorMath; stream: RandomStream },
): Promise<Landscape> {
  const { inputs: whole, classes } = await shippedDigits();
  const count = classes.length;
  const shape = { name: "digits", count, available: count, inputShape: [1, 28, 28] };
  const { side, inputs } = averagedImages({ ...shape, inputs: whole }, 0);
  const signs = Float64Array.from(classes, (digit) => (digit % 2 === 0 ? 1 : -1));
  const graph = network(name, side);
  const modelOf = (from: number, to: number): NetworkModel =>
    networkModel({
      graph,
      inputs: inputs.slice(from * side * side, to * side * side),
      targets: signs.slice(from, to),
      loss: squareLoss,
      initialize: (random) => initializeParameters(graph, "lecun", random),
      kernels,
      math,
    });
  const model = modelOf(0, sizes.images);
  const held = modelOf(sizes.images, count);
  const initial = model.initialize(stream.split("initial"));
  const { eigenvalues } = await leadingSpectrum(await pointOf(model.linearize(initial)), 1, {
    kernels,
    stream: stream.split("spectrum"),
  });
  const { theta: start } = descendTo(model, initial, {
    batchSize: warmup.batchSize,
    learningRate: (2 * warmup.rate) / eigenvalues[0],
    // ½ is the loss of f = 0
    loss: warmup.loss / 2,
    maxSteps: warmup.maxSteps,
    stream: stream.split("warm-up"),
  });
  return {
    model,
    network: model,
    start,
    unit: 1 / 2,
    accuracy: (theta) => rightSigns(held, theta),
    release() {
      model.release();
      held.release();
    },
  };
}

function network(name: "fnn" | "cnn", side: number): Graph {
  const shared = { activation: "tanh", initialisation: "lecun" } as const;
  return name === "fnn"
    ? fnn({ name: "fnn", hidden: [16], bias: true, ...shared }, [side * side], 1)
    : lenet(
        { name: "lenet", channels: [3, 6], kernel: 3, pooling: "average", hidden: [16], ...shared },
        [1, side, side],
        1,
      );
}

function rightSigns(model: NetworkModel, theta: Float64Array): number {
  const outputs = model.predict(theta);
  let right = 0;
  for (let i = 0; i < outputs.length; i++) if (outputs[i] * model.targets[i] > 0) right++;
  return right / outputs.length;
}
