import { InputError } from "../../inputError.ts";
import type { OnnxValue } from "./value.ts";

/**
 * Throws an InputError that names everything the output needs and that is not supported, each with how often it is there
 * and its first node. Does nothing where nothing is missing. `values` are in the order of the file.
 */
export function requireSupported(output: OnnxValue, values: Iterable<OnnxValue>, file: string): void {
  const needed = new Set<OnnxValue>([output]);
  for (const value of needed) {
    if (value.kind === "missing") for (const input of value.made.inputs) needed.add(input);
  }
  const problems = new Map<string, Set<string>>();
  for (const value of values) {
    if (value.kind !== "missing" || value.problem === undefined || !needed.has(value)) continue;
    const nodes = problems.get(value.problem) ?? new Set();
    problems.set(value.problem, nodes.add(value.made.node));
  }
  if (problems.size === 0) return;
  const list = [...problems]
    .map(
      ([problem, nodes]) =>
        `${problem} (${nodes.size === 1 ? "node" : `${nodes.size} nodes, first`} '${[...nodes][0]}')`,
    )
    .join("; ");
  throw new InputError(
    `${file}: expected operations that can be differentiated here, got ${problems.size} kind${problems.size === 1 ? "" : "s"} that cannot: ${list}; see docs/networks.md for those that can`,
  );
}
