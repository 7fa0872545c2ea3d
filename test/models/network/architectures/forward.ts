import { plainVectorMath } from "../../../../src/linalg/plainVectorMath.ts";
import { evaluate } from "../../../../src/models/network/evaluation.ts";
import type { Graph } from "../../../../src/models/network/graph.ts";
import { sizeOf } from "../../../../src/models/network/shape.ts";
import { naiveKernels } from "../../../reference/naiveKernels.ts";

/** By loops in float64. */
export const naive = { kernels: naiveKernels, math: plainVectorMath } as const;

/** Values of every node, and the output last, for samples one after another. */
export function forward(graph: Graph, theta: Float64Array, inputs: Float64Array): Float64Array[] {
  const count = inputs.length / sizeOf(graph.input);
  const evaluation = evaluate(graph, { ...naive, precision: "float64", capacity: count });
  evaluation.input(count).set(inputs);
  evaluation.forward(theta, count);
  const nodes = [...graph.nodes.keys(), graph.output.node];
  return nodes.map((node) => Float64Array.from(evaluation.valueOf(node)));
}
