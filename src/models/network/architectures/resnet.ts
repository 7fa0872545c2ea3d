import { type Graph, type GraphBuilder, graphBuilder, type Value } from "../graph.ts";
import { activation } from "../operations/activation.ts";
import { add } from "../operations/add.ts";
import { globalAveragePool } from "../operations/globalAveragePool.ts";
import { pad } from "../operations/pad.ts";
import { slice } from "../operations/slice.ts";
import type { Shape } from "../shape.ts";
import { activationNamed } from "./activationNames.ts";
import { gainOf } from "./gain.ts";
import { imageShape, widened } from "./images.ts";
import { type Module, type Modules, modules } from "./modules.ts";
import type { ConfigOf } from "./schema.ts";

/** What the blocks of one network share. */
interface BlockContext {
  readonly b: GraphBuilder;
  readonly modules: Modules;
  readonly config: ConfigOf<"resnet">;
  readonly gain: number;
  /** Batch norm, or nothing. */
  norm(name: string, channels: number): Module;
  activate: Module;
}

/**
 * The residual network of He et al. 2016, §4.2: a 3×3 convolution, three stages of (depth − 2)/6 blocks with 16, 32
 * and 64 channels, global average pooling and a dense layer. Parameters: conv1, bn1, layer1.0.conv1, …, linear; option
 * B has layerS.0.shortcut.0 and .1 too. Convolutions have biases only without batch norm.
 */
export function resnet(config: ConfigOf<"resnet">, input: Shape, outputs: number): Graph {
  const b = graphBuilder(input);
  const made = modules(b, config.initialisation);
  const f = activationNamed(config.activation);
  const context: BlockContext = {
    b,
    modules: made,
    config,
    gain: gainOf(f),
    norm: (name, channels) => (config.batchNorm === "frozen" ? made.batchNorm(name, channels) : (x) => x),
    activate: (x) => b.apply(activation(f), [x]),
  };
  const [imageChannels] = imageShape("resnet", input);
  const widths = [16, 32, 64].map((standard) => widened(standard, config.width));

  let channels = widths[0];
  const stem = made.conv2d("conv1", imageChannels, channels, {
    kernel: 3,
    padding: 1,
    bias: config.batchNorm === "none",
  });
  let x = context.activate(context.norm("bn1", channels)(stem(b.input)));
  for (const [stage, width] of widths.entries()) {
    for (let k = 0; k < (config.depth - 2) / 6; k++) {
      const stride = stage > 0 && k === 0 ? 2 : 1;
      x = block(context, `layer${stage + 1}.${k}`, channels, width, stride)(x);
      channels = width;
    }
  }
  x = b.apply(globalAveragePool(), [x]);
  return b.finish(made.head("linear", channels, outputs, { gain: context.gain })(x));
}

/** y = σ(x' + N₂(W₂ ∗ σ(N₁(W₁ ∗ x)))), x' the shortcut. */
function block(context: BlockContext, name: string, inputs: number, outputs: number, stride: number): Module {
  const { b, modules, config, gain, norm, activate } = context;
  const options = { kernel: 3, padding: 1, bias: config.batchNorm === "none", gain };
  const conv1 = modules.conv2d(`${name}.conv1`, inputs, outputs, { ...options, stride });
  const bn1 = norm(`${name}.bn1`, outputs);
  const conv2 = modules.conv2d(`${name}.conv2`, outputs, outputs, options);
  const bn2 = norm(`${name}.bn2`, outputs);
  const around = stride > 1 ? shortcut(context, name, inputs, outputs, stride) : (x: Value) => x;
  return (x) => activate(b.apply(add(), [bn2(conv2(activate(bn1(conv1(x))))), around(x)]));
}

function shortcut(
  { b, modules, config, gain, norm }: BlockContext,
  name: string,
  inputs: number,
  outputs: number,
  stride: number,
): Module {
  if (config.shortcut === "B") {
    const options = { kernel: 1, stride, bias: config.batchNorm === "none", gain };
    const convolution = modules.conv2d(`${name}.shortcut.0`, inputs, outputs, options);
    const bn = norm(`${name}.shortcut.1`, outputs);
    return (x) => bn(convolution(x));
  }
  const before = Math.floor((outputs - inputs) / 2);
  return (x) => {
    const rows = b.apply(slice({ axis: 1, start: 0, end: x.shape[1], step: stride }), [x]);
    const pixels = b.apply(slice({ axis: 2, start: 0, end: x.shape[2], step: stride }), [rows]);
    return b.apply(pad({ before: [before, 0, 0], after: [outputs - inputs - before, 0, 0] }), [pixels]);
  };
}
