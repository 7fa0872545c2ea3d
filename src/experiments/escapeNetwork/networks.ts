import type { Kernels } from "../../linalg/kernels/kernels.ts";
import { openVectorMath } from "../../linalg/kernels/openVectorMath.ts";
import type { VectorMath } from "../../linalg/vectorMath.ts";
import { readArchitecture } from "../../models/network/architectures/schema.ts";
import type { RandomStream } from "../../random/stream.ts";
import type { OpenImages } from "../experiment.ts";
import type { Minimum } from "../minima/minimum.ts";
import { trainedNetwork } from "../minima/trainedNetwork.ts";
import { drawImages } from "./images.ts";

interface Subject {
  readonly minimum: Minimum;
  /** Whose samples it fits. */
  readonly data: string;
  /** Why these are not the images they should be, where they are not. */
  readonly missing?: string | undefined;
}

interface DrawContext {
  readonly kernels: Kernels;
  readonly openImages?: OpenImages | undefined;
  readonly stream: RandomStream;
}

const shared = { activation: "tanh", initialisation: "xavier" };
const dense = { samples: 16, dimension: 8, width: 16 };
const convolutional = { samples: 16, channels: [4, 8], kernel: 3 };

/** Networks trained until they fit their samples, by name. */
export const networks: ReadonlyMap<string, (context: DrawContext) => Promise<Subject>> = new Map([
  ["two-layer network", twoLayer],
  ["convolutional network", cnn],
]);

async function twoLayer({ kernels, stream }: DrawContext): Promise<Subject> {
  const { samples, dimension, width } = dense;
  const minimum = await trainedNetwork(
    {
      architecture: readArchitecture({ name: "fnn", hidden: [width], ...shared }),
      inputShape: [dimension],
      inputs: stream.split("inputs").gaussians(new Float64Array(samples * dimension)),
      targets: stream.split("targets").gaussians(new Float64Array(samples)),
      outputs: 1,
    },
    { kernels, math: await vectorMath(), stream: stream.split("initial") },
  );
  return { minimum, data: "Gaussian" };
}

async function cnn({ kernels, stream, openImages }: DrawContext): Promise<Subject> {
  const { samples, channels, kernel } = convolutional;
  const images = await drawImages(samples, openImages, stream.split("images"));
  const { name: data, side, inputs, targets, missing } = images;
  const minimum = await trainedNetwork(
    {
      architecture: readArchitecture({
        name: "lenet",
        channels,
        kernel,
        pooling: "average",
        hidden: [],
        ...shared,
      }),
      inputShape: [1, side, side],
      inputs,
      targets,
      outputs: 1,
    },
    { kernels, math: await vectorMath(), stream: stream.split("initial") },
  );
  return { minimum, data, missing };
}

let opened: Promise<VectorMath> | undefined;

/** One for all trials: each has a memory of its own. */
function vectorMath(): Promise<VectorMath> {
  opened ??= openVectorMath();
  return opened;
}

/** For a reader; `data` as the subjects name it. */
export function networkSetting(data: readonly string[]): readonly string[] {
  return [
    `Two-layer network ${dense.dimension}-${dense.width}-1 with tanh and biases, all trained, on n = ${dense.samples} inputs N(0, I) and targets N(0, 1).`,
    `Convolutional network: two ${convolutional.kernel}×${convolutional.kernel} convolutions of ${convolutional.channels.join(" and ")} channels, each with tanh and 2×2 average pooling, and a dense layer, on n = ${convolutional.samples} images, ${data.join(" and ")}, to targets ±1.`,
    "Both by Levenberg–Marquardt steps from their initialisation until the loss is below 1e-24.",
  ];
}
