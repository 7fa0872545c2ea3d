import type { Graph } from "../graph.ts";
import type { Shape } from "../shape.ts";
import { fnn } from "./fnn.ts";
import { lenet } from "./lenet.ts";
import { linearNetwork } from "./linearNetwork.ts";
import { resnet } from "./resnet.ts";
import type { ArchitectureConfig } from "./schema.ts";
import { vgg } from "./vgg.ts";
import { vit } from "./vit.ts";

/**
 * The network that a configuration describes, for inputs of this shape per sample and this number of outputs. Throws an
 * InputError where the architecture does not take such inputs.
 */
export function buildArchitecture(config: ArchitectureConfig, input: Shape, outputs: number): Graph {
  switch (config.name) {
    case "fnn":
      return fnn(config, input, outputs);
    case "linear-network":
      return linearNetwork(config, input, outputs);
    case "lenet":
      return lenet(config, input, outputs);
    case "vgg":
      return vgg(config, input, outputs);
    case "resnet":
      return resnet(config, input, outputs);
    case "vit":
      return vit(config, input, outputs);
  }
}
