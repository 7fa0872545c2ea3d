import { type Graph, graphBuilder, type Value } from "../graph.ts";
import { activation } from "../operations/activation.ts";
import { type Shape, sizeOf } from "../shape.ts";
import { activationNamed } from "./activationNames.ts";
import { gainOf } from "./gain.ts";
import { modules } from "./modules.ts";
import type { ConfigOf } from "./schema.ts";

/**
 * Dense layers with an activation between, on inputs flattened to one axis. Parameters are named as in
 * nn.Sequential(Linear, activation, Linear, …): 0.weight, 0.bias, 2.weight, …
 */
export function fnn(config: ConfigOf<"fnn">, input: Shape, outputs: number): Graph {
  const b = graphBuilder(input);
  const { linear, head } = modules(b, config.initialisation);
  const f = activationNamed(config.activation);
  const { bias } = config;
  const gain = gainOf(f);
  let size = sizeOf(input);
  let x: Value = b.reshape(b.input, [size]);
  for (const [k, width] of config.hidden.entries()) {
    const layer = linear(`${2 * k}`, size, width, { bias, gain: k === 0 ? 1 : gain });
    x = b.apply(activation(f), [layer(x)]);
    size = width;
  }
  const depth = config.hidden.length;
  return b.finish(head(`${2 * depth}`, size, outputs, { bias, gain: depth === 0 ? 1 : gain })(x));
}
