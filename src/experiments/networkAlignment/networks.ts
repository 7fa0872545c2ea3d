import { type ArchitectureConfig, readArchitecture } from "../../models/network/architectures/schema.ts";

export type NetworkName = "FNN, ReLU" | "FNN, tanh" | "LeNet" | "VGG-11" | "ResNet-8" | "ViT";

interface Network {
  /** Of a width: units of a layer, channels, a multiplier of the channels, or numbers in a token. */
  readonly architecture: (width: number) => ArchitectureConfig;
  /** For people, with the unit of the width. */
  readonly description: string;
  /** Needs images of 32×32. */
  readonly large?: true;
}

/** Those of docs/networks.md, with its initialisation where nothing else is said. */
export const networks: Readonly<Record<NetworkName, Network>> = {
  "FNN, ReLU": {
    architecture: (width) => readArchitecture({ name: "fnn", hidden: [width, width] }),
    description: "two hidden layers",
  },
  "FNN, tanh": {
    architecture: (width) =>
      readArchitecture({
        name: "fnn",
        hidden: [width, width],
        activation: "tanh",
        initialisation: "xavier",
      }),
    description: "two hidden layers, Xavier's initialisation",
  },
  LeNet: {
    architecture: (width) =>
      readArchitecture({ name: "lenet", channels: [width, 2 * width], kernel: 3, hidden: [8 * width] }),
    description: "w and 2w channels, 3×3 kernels, max pooling, a hidden layer of 8w units, ReLU",
  },
  "VGG-11": {
    architecture: (width) => readArchitecture({ name: "vgg", depth: 11, width }),
    description: "w times the channels, no batch norm",
    large: true,
  },
  "ResNet-8": {
    architecture: (width) => readArchitecture({ name: "resnet", depth: 8, width }),
    description:
      "w times the channels, batch norm frozen with the statistics of the images at the initialisation",
  },
  ViT: {
    architecture: (width) =>
      readArchitecture({ name: "vit", patch: 4, dimension: width, layers: 2, heads: 2, hidden: 2 * width }),
    description: "two blocks of two heads, patches of 4×4, tokens of w numbers",
  },
};
