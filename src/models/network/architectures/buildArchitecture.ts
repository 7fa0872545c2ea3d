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
 * The network that a configuration describes, for inputs of this shape per sample and this number of outputs: the
 * PyTorch module that docs/networks.md has for it, parameters under that module's names. "fnn" and "linear-network"
 * flatten inputs of any shape, the others take channels×height×width. The graph holds no θ, but the factors of the
 * scalings "ntk" and "mean-field" if one is the configuration's `initialisation`.
 *
 * Throws an InputError where the architecture does not take such inputs (no image; below 32×32 for "vgg"; too small for
 * the convolutions and poolings of "lenet"; for "vit", not tiled by patches), where the heads of "vit" do not divide its
 * dimension, and unless `outputs` is an integer of at least 1.
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
