import { type Graph, graphBuilder, type Value } from "../../../src/models/network/graph.ts";
import { multiHeadAttention } from "../../../src/models/network/multiHeadAttention.ts";
import { activation } from "../../../src/models/network/operations/activation.ts";
import { add } from "../../../src/models/network/operations/add.ts";
import { bias } from "../../../src/models/network/operations/bias.ts";
import { dense } from "../../../src/models/network/operations/dense.ts";
import { embedding } from "../../../src/models/network/operations/embedding.ts";
import { layerNorm } from "../../../src/models/network/operations/layerNorm.ts";
import { reduceMean } from "../../../src/models/network/operations/reduceMean.ts";
import { sine } from "./randomGraph.ts";

/** How many different tokens the transformer below knows. */
export const vocabulary = 5;

/**
 * Three tokens to a number for each token of the vocabulary: embedding and positions, causal attention, one small perceptron applied twice, one
 * layer norm for all, residual adds, and the embedding again as the last weights.
 */
export function transformer(): Graph {
  const width = 4;
  const g = graphBuilder([3]);
  const table = g.parameter("tokens.weight", [vocabulary, width], "embedding");
  const places = g.parameter("positions", [3, width], "embedding");
  const norm = [g.parameter("norm.weight", [width], "scale"), g.parameter("norm.bias", [width], "bias")];
  const hidden = [
    g.parameter("mlp.weight", [width, width], "weight"),
    g.parameter("mlp.bias", [width], "bias"),
  ];
  const standardised = (x: Value) => g.apply(layerNorm(), [x], norm);
  const embedded = g.apply(bias(), [g.apply(embedding(), [g.input], [table])], [places]);
  const attention = { prefix: "attn.", heads: 2, causal: true };
  const attended = g.apply(add(), [embedded, multiHeadAttention(g, standardised(embedded), attention)]);
  const perceptron = (x: Value) => {
    const curved = g.apply(activation(sine), [g.apply(dense(), [standardised(x)], hidden)]);
    return g.apply(add(), [x, curved]);
  };
  const last = g.apply(reduceMean([0]), [standardised(perceptron(perceptron(attended)))]);
  return g.finish(g.apply(dense({ bias: false }), [last], [table]));
}
