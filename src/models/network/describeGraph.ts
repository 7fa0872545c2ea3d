import { type Graph, inputNode, type Node, parameterCount } from "./graph.ts";
import { describeShape } from "./shape.ts";

/**
 * The network for people: one line a node with its operation, the shape of its output and its parameters with theirs,
 * and the nodes it reads where that is not just the one before; then p. Lines are separated by \n.
 */
export function describeGraph(graph: Graph): string {
  const rows = [
    ["node", "operation", "output", "parameters"],
    ["", "input", describeShape(graph.input), ""],
    ...graph.nodes.map((node, index) => [
      String(index),
      node.operation.name + sources(node, index),
      describeShape(node.shape),
      node.parameters.map((k) => describeParameter(graph, k)).join(", "),
    ]),
  ];
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column].length)));
  const lines = rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
  return [...lines, `p = ${parameterCount(graph).toLocaleString("en")} parameters`].join("\n");
}

function sources({ inputs }: Node, index: number): string {
  if (inputs.length === 1 && inputs[0].node === index - 1) return "";
  return ` of ${inputs.map(({ node }) => (node === inputNode ? "input" : node)).join(", ")}`;
}

function describeParameter(graph: Graph, index: number): string {
  const { name, shape } = graph.parameters[index];
  return `${name} (${describeShape(shape)})`;
}
