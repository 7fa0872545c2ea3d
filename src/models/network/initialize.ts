import type { RandomStream } from "../../random/stream.ts";
import { type Graph, type Parameter, parameterCount, parameterOffsets } from "./graph.ts";
import { sizeOf } from "./shape.ts";

/**
 * How weights are drawn, all Gaussian with mean 0: "he" with variance 2/fanIn (He et al. 2015), "xavier" with
 * 2/(fanIn + fanOut) (Glorot, Bengio 2010), "lecun" with 1/fanIn (LeCun et al. 1998), "ntk" and "mean-field" with 1, for
 * networks that have the factors of these scalings in their forward pass (docs/networks.md).
 */
export type InitialisationScheme = (typeof initialisationSchemes)[number];
export const initialisationSchemes = ["he", "xavier", "lecun", "ntk", "mean-field"] as const;

/** Standard deviation of embeddings and positions (Dosovitskiy et al. 2021). */
const embeddingDeviation = 0.02;

/**
 * θ in the order of the graph's parameters, length p: weights by the scheme, biases and shifts 0, scales of
 * normalisations 1, embeddings N(0, 0.02²) (Dosovitskiy et al. 2021). Each parameter draws from `stream.split(its name)`:
 * it does not depend on the others. Throws a RangeError on a weight without fans, but for "ntk" and "mean-field".
 */
export function initializeParameters(
  graph: Graph,
  scheme: InitialisationScheme,
  stream: RandomStream,
): Float64Array {
  const theta = new Float64Array(parameterCount(graph));
  const offsets = parameterOffsets(graph);
  for (const [k, parameter] of graph.parameters.entries()) {
    const part = theta.subarray(offsets[k], offsets[k] + sizeOf(parameter.shape));
    switch (parameter.role) {
      case "weight":
        stream.split(parameter.name).gaussians(part, weightDeviation(parameter, scheme));
        break;
      case "embedding":
        stream.split(parameter.name).gaussians(part, embeddingDeviation);
        break;
      case "scale":
        part.fill(1);
        break;
      case "bias":
        break;
    }
  }
  return theta;
}

function weightDeviation({ name, fanIn, fanOut }: Parameter, scheme: InitialisationScheme): number {
  if (scheme === "ntk" || scheme === "mean-field") return 1;
  if (!(fanIn > 0 && fanOut > 0)) {
    throw new RangeError(`${name}: expected a weight with fans, got fans ${fanIn} and ${fanOut}`);
  }
  switch (scheme) {
    case "he":
      return Math.sqrt(2 / fanIn);
    case "xavier":
      return Math.sqrt(2 / (fanIn + fanOut));
    case "lecun":
      return Math.sqrt(1 / fanIn);
  }
}
