import { type Graph, graphBuilder } from "../graph.ts";
import { type Shape, sizeOf } from "../shape.ts";
import { modules } from "./modules.ts";
import type { ConfigOf } from "./schema.ts";

/**
 * f = W_L … W_1 x for inputs flattened to one axis. Parameters are named as in nn.Sequential(Linear, Linear, …)
 * without biases: 0.weight, 1.weight, …
 */
export function linearNetwork(config: ConfigOf<"linear-network">, input: Shape, outputs: number): Graph {
  const b = graphBuilder(input);
  const { linear, head } = modules(b, config.initialisation);
  let size = sizeOf(input);
  let x = b.reshape(b.input, [size]);
  for (const [k, width] of config.hidden.entries()) {
    x = linear(`${k}`, size, width, { bias: false })(x);
    size = width;
  }
  return b.finish(head(`${config.hidden.length}`, size, outputs, { bias: false })(x));
}
