import { type Graph, graphBuilder } from "../graph.ts";
import { activation } from "../operations/activation.ts";
import { averagePool2d } from "../operations/averagePool2d.ts";
import { maxPool2d } from "../operations/maxPool2d.ts";
import { type Shape, sizeOf } from "../shape.ts";
import { activationNamed } from "./activationNames.ts";
import { gainOf } from "./gain.ts";
import { imageShape } from "./images.ts";
import { modules } from "./modules.ts";
import type { ConfigOf } from "./schema.ts";

/**
 * Convolutions, each with activation and 2×2 pooling, then dense layers (LeCun et al. 1998; 61,706 parameters by
 * default on 1×28×28 and 1×32×32 images with 10 outputs). Parameters: conv1, conv2, …, fc1, fc2, ….
 */
export function lenet(config: ConfigOf<"lenet">, input: Shape, outputs: number): Graph {
  const b = graphBuilder(input);
  const { linear, head, conv2d } = modules(b, config.initialisation);
  const [imageChannels, height, width] = imageShape("lenet", input);
  const { kernel } = config;
  const f = activationNamed(config.activation);
  const gain = gainOf(f);
  const pool = config.pooling === "max" ? maxPool2d({ kernel: [2, 2] }) : averagePool2d({ kernel: [2, 2] });
  const border = config.padding ?? (Math.min(height, width) < 32 ? Math.floor(kernel / 2) : 0);

  let x = b.input;
  let channels = imageChannels;
  for (const [k, filters] of config.channels.entries()) {
    const first = k === 0;
    const options = { kernel, padding: first ? border : 0, gain: first ? 1 : gain };
    const convolution = conv2d(`conv${k + 1}`, channels, filters, options);
    x = b.apply(pool, [b.apply(activation(f), [convolution(x)])]);
    channels = filters;
  }
  let size = sizeOf(x.shape);
  x = b.reshape(x, [size]);
  for (const [k, units] of config.hidden.entries()) {
    x = b.apply(activation(f), [linear(`fc${k + 1}`, size, units, { gain })(x)]);
    size = units;
  }
  return b.finish(head(`fc${config.hidden.length + 1}`, size, outputs, { gain })(x));
}
