import { InputError } from "../../../inputError.ts";
import { type Graph, graphBuilder } from "../graph.ts";
import { activation } from "../operations/activation.ts";
import { maxPool2d } from "../operations/maxPool2d.ts";
import { type Shape, sizeOf } from "../shape.ts";
import { activationNamed } from "./activationNames.ts";
import { gainOf } from "./gain.ts";
import { imageShape, widened } from "./images.ts";
import { modules } from "./modules.ts";
import type { ConfigOf } from "./schema.ts";

/** Filters of the 3×3 convolutions, stage by stage; 2×2 max pooling after each stage (configurations A, B, D). */
const stages = {
  11: [[64], [128], [256, 256], [512, 512], [512, 512]],
  13: [
    [64, 64],
    [128, 128],
    [256, 256],
    [512, 512],
    [512, 512],
  ],
  16: [
    [64, 64],
    [128, 128],
    [256, 256, 256],
    [512, 512, 512],
    [512, 512, 512],
  ],
};

/**
 * Simonyan, Zisserman 2015 for images of 32×32 (or larger) with one dense layer at the end. Parameters are named as
 * torchvision's: features.N.weight with N counting convolutions, norms, activations and pools; classifier.weight.
 */
export function vgg(config: ConfigOf<"vgg">, input: Shape, outputs: number): Graph {
  const b = graphBuilder(input);
  const { head, conv2d, batchNorm } = modules(b, config.initialisation);
  const [imageChannels, height, width] = imageShape("vgg", input);
  if (Math.min(height, width) < 32) {
    throw new InputError(
      `vgg: expected images of at least 32×32 pixels, which five poolings halve, got ${height}×${width}; pad them or take lenet or resnet`,
    );
  }
  let channels = imageChannels;
  const f = activationNamed(config.activation);
  let gain = 1;
  let index = 0;
  const next = () => `features.${index++}`;
  let x = b.input;
  for (const stage of stages[config.depth]) {
    for (const filters of stage.map((standard) => widened(standard, config.width))) {
      x = conv2d(next(), channels, filters, { kernel: 3, padding: 1, gain })(x);
      if (config.batchNorm === "frozen") x = batchNorm(next(), filters)(x);
      x = b.apply(activation(f), [x]);
      index++;
      channels = filters;
      gain = gainOf(f);
    }
    x = b.apply(maxPool2d({ kernel: [2, 2] }), [x]);
    index++;
  }
  const size = sizeOf(x.shape);
  return b.finish(head("classifier", size, outputs, { gain })(b.reshape(x, [size])));
}
