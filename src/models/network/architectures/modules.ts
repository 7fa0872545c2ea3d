import type { GraphBuilder, Value } from "../graph.ts";
import type { InitialisationScheme } from "../initialize.ts";
import { affine } from "../operations/affine.ts";
import { batchNorm } from "../operations/batchNorm.ts";
import { conv2d } from "../operations/conv2d.ts";
import { dense } from "../operations/dense.ts";
import { layerNorm } from "../operations/layerNorm.ts";

/** A layer that has its parameters: adds its nodes behind a value. */
export type Module = (x: Value) => Value;

interface WeightOptions {
  readonly bias?: boolean;
  /** What keeps second moments: `gainOf` the activation before the layer, 1 (the default) at the network's input. */
  readonly gain?: number;
}

/** PyTorch's modules: making one creates its parameters under PyTorch's names, so θ has PyTorch's order too. */
export interface Modules {
  /** nn.Linear */
  linear(name: string, inputs: number, outputs: number, options?: WeightOptions): Module;
  /** nn.Linear as the network's last layer. */
  head(name: string, inputs: number, outputs: number, options?: WeightOptions): Module;
  /** nn.Conv2d with a square kernel. */
  conv2d(
    name: string,
    inputs: number,
    outputs: number,
    options: WeightOptions & { readonly kernel: number; readonly stride?: number; readonly padding?: number },
  ): Module;
  /** nn.BatchNorm2d in evaluation: mean 0 and variance 1 until they are replaced. */
  batchNorm(name: string, channels: number): Module;
  /** nn.LayerNorm over the last axis. */
  layerNorm(name: string, size: number): Module;
}

/** β of the NTK scaling (Jacot, Gabriel, Hongler 2018, §2.1). */
const biasFactor = 0.1;

/**
 * Modules of a network that starts from this scheme. Under "ntk" a layer computes (gain/√fanIn)·Wx + β·b with β = 0.1
 * (Jacot et al. 2018, with the gain); under "mean-field" also, but its head (1/fanIn)·Wx + β·b (Mei, Montanari, Nguyen
 * 2018; Geiger, Spigler, Jacot, Wyart 2020 for any depth).
 */
export function modules(b: GraphBuilder, scheme: InitialisationScheme): Modules {
  const scaled = (factor: number, bias: boolean, layer: Module): Module => {
    if (scheme !== "ntk" && scheme !== "mean-field") return layer;
    const times = (by: number, x: Value) => b.apply(affine({ scale: by }), [x]);
    if (!bias) return (x) => layer(times(factor, x));
    return (x) => times(biasFactor, layer(times(factor / biasFactor, x)));
  };
  const linear = (name: string, inputs: number, outputs: number, bias: boolean, factor: number): Module => {
    const fans = { in: inputs, out: outputs };
    const parameters = [b.parameter(`${name}.weight`, [outputs, inputs], "weight", fans)];
    if (bias) parameters.push(b.parameter(`${name}.bias`, [outputs], "bias"));
    return scaled(factor, bias, (x) => b.apply(dense({ bias }), [x], parameters));
  };
  return {
    linear: (name, inputs, outputs, { bias = true, gain = 1 } = {}) =>
      linear(name, inputs, outputs, bias, gain / Math.sqrt(inputs)),
    head: (name, inputs, outputs, { bias = true, gain = 1 } = {}) =>
      linear(name, inputs, outputs, bias, scheme === "mean-field" ? 1 / inputs : gain / Math.sqrt(inputs)),
    conv2d(name, inputs, outputs, { kernel, stride = 1, padding = 0, bias = true, gain = 1 }) {
      const fans = { in: inputs * kernel ** 2, out: outputs * kernel ** 2 };
      const parameters = [b.parameter(`${name}.weight`, [outputs, inputs, kernel, kernel], "weight", fans)];
      if (bias) parameters.push(b.parameter(`${name}.bias`, [outputs], "bias"));
      const operation = conv2d({
        stride: [stride, stride],
        padding: [padding, padding, padding, padding],
        bias,
      });
      return scaled(gain / Math.sqrt(fans.in), bias, (x) => b.apply(operation, [x], parameters));
    },
    batchNorm(name, channels) {
      const parameters = [
        b.parameter(`${name}.weight`, [channels], "scale"),
        b.parameter(`${name}.bias`, [channels], "bias"),
      ];
      const mean = b.buffer(`${name}.running_mean`, [channels], new Float64Array(channels));
      const variance = b.buffer(`${name}.running_var`, [channels], new Float64Array(channels).fill(1));
      const operation = batchNorm({ mean, variance, epsilon: 1e-5 });
      return (x) => b.apply(operation, [x], parameters);
    },
    layerNorm(name, size) {
      const parameters = [
        b.parameter(`${name}.weight`, [size], "scale"),
        b.parameter(`${name}.bias`, [size], "bias"),
      ];
      return (x) => b.apply(layerNorm({ epsilon: 1e-5 }), [x], parameters);
    },
  };
}
