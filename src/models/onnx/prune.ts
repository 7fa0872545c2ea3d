import { type Graph, inputNode, type Value } from "../network/graph.ts";

/** The graph without the nodes and parameters that its output does not need. */
export function prune(graph: Graph): Graph {
  const { nodes, parameters, output } = graph;
  const needed = new Set<number>();
  const waiting = [output.node];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    if (node === inputNode || needed.has(node)) continue;
    needed.add(node);
    waiting.push(...nodes[node].inputs.map((value) => value.node));
  }
  const kept = [...needed].sort((a, b) => a - b);
  const used = new Set(kept.flatMap((node) => nodes[node].parameters));
  const indices = [...used].sort((a, b) => a - b);
  const nodeAt = new Map(kept.map((node, k) => [node, k]));
  const parameterAt = new Map(indices.map((index, k) => [index, k]));
  const moved = ({ node, shape }: Value): Value => ({ node: nodeAt.get(node) ?? inputNode, shape });
  return {
    ...graph,
    nodes: kept.map((node) => ({
      ...nodes[node],
      inputs: nodes[node].inputs.map(moved),
      parameters: nodes[node].parameters.map((index) => parameterAt.get(index)!),
    })),
    parameters: indices.map((index) => parameters[index]),
    output: moved(output),
  };
}
