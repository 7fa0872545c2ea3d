import { type ArchitectureConfig, readArchitecture } from "../../models/network/architectures/schema.ts";

export type NetworkName = "FNN, tanh" | "FNN, GELU" | "FNN, ReLU" | "CNN, tanh" | "LeNet, ReLU" | "ResNet-8";

interface Network {
  /** Of a width. */
  readonly architecture: (width: number) => ArchitectureConfig;
  /** For people, with the unit of the width w. */
  readonly description: string;
  /** Piecewise linear in the parameters of each layer, those of the others held. */
  readonly piecewiseLinear?: true;
}

const fnn = (activation: string, initialisation: string) => (width: number) =>
  readArchitecture({ name: "fnn", hidden: [width, width], activation, initialisation });

export const networks: Readonly<Record<NetworkName, Network>> = {
  "FNN, tanh": {
    architecture: fnn("tanh", "xavier"),
    description: "two hidden layers of w units, Xavier's initialisation",
  },
  "FNN, GELU": {
    architecture: fnn("gelu", "he"),
    description: "two hidden layers of w units, He's initialisation",
  },
  "FNN, ReLU": {
    architecture: fnn("relu", "he"),
    description: "two hidden layers of w units, He's initialisation",
    piecewiseLinear: true,
  },
  "CNN, tanh": {
    architecture: (width) =>
      readArchitecture({
        name: "lenet",
        channels: [width, 2 * width],
        kernel: 3,
        pooling: "average",
        hidden: [],
        activation: "tanh",
        initialisation: "xavier",
      }),
    description:
      "two 3×3 convolutions of w and 2w channels, each with 2×2 average pooling, and a dense layer, Xavier's initialisation",
  },
  "LeNet, ReLU": {
    architecture: (width) =>
      readArchitecture({ name: "lenet", channels: [width, 2 * width], kernel: 3, hidden: [8 * width] }),
    description:
      "two 3×3 convolutions of w and 2w channels, each with 2×2 max pooling, and a hidden layer of 8w units",
    piecewiseLinear: true,
  },
  "ResNet-8": {
    architecture: (width) => readArchitecture({ name: "resnet", depth: 8, width }),
    description:
      "w times the channels, ReLU, batch norm frozen with the statistics of the images at the initialisation",
    piecewiseLinear: true,
  },
};
