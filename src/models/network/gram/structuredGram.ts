import { type FloatArray, type Matrix, matrix, mirrorLower } from "../../../linalg/matrix.ts";
import { requireGramSize } from "../../gramSize.ts";
import { type Chunks, sampleBytes } from "../chunks.ts";
import type { ParameterUse } from "../evaluation.ts";
import type { Graph } from "../graph.ts";
import { sizeOf } from "../shape.ts";
import { gradientUses } from "./deferredRows.ts";
import { gramParts, isTiled } from "./gramParts.ts";
import { type CollectedPart, type GramContext, productSpace } from "./part.ts";
import { gramPlan, type ParameterPlan } from "./plan.ts";
import { addProductTiles } from "./productTiles.ts";

export interface StructuredGramOptions extends GramContext {
  readonly graph: Graph;
  readonly chunks: Chunks;
  readonly theta: FloatArray;
  /** Bytes that parts may hold at a time; more of them take more backward sweeps. */
  readonly memoryLimit: number;
  /** For K of the first `split` samples (rows) with the others (columns) alone. */
  readonly split?: number;
  readonly onProgress?: ((fraction: number) => void | Promise<void>) | undefined;
}

/**
 * K = JJᵀ (n·C × n·C) of a network as the sum of its parameters' parts, each formed the cheapest way (`gramPlan`),
 * without the p columns of J ever existing together; with `split`, the part of it off the diagonal. Products run in the network's precision, the sum is float64.
 */
export async function structuredGram(options: StructuredGramOptions): Promise<Matrix<Float64Array>> {
  const { samples, outputs, split } = options;
  const rows = (split ?? samples) * outputs;
  const columns = (samples - (split ?? 0)) * outputs;
  requireGramSize(Math.max(rows, columns));
  const gram = matrix(rows, columns);
  const space = productSpace(options.precision);
  const plan = gramPlan(options.graph, (node) => options.chunks.evaluation.sharesOf(node), samples, outputs);
  const groups = gramParts(plan, options.memoryLimit, options);
  const sizes = sweepSizes(options, plan);
  for (const [index, parts] of groups.entries()) {
    for (const part of parts) part.begin();
    await sweep(options, sizes, parts, (fraction) =>
      options.onProgress?.((index + fraction) / groups.length),
    );
    for (const part of parts) if (!isTiled(part)) part.finish(gram, space, split);
    const last = index === groups.length - 1;
    const tiled = parts.filter(isTiled);
    const first = index === 0 && tiled.length === parts.length;
    if (tiled.length > 0) await addProductTiles(tiled, gram, options, { split, first, last });
    else if (last && split === undefined) mirrorLower(gram);
  }
  return gram;
}

/** Numbers in the cotangents of a node that stay in a third-level cache from one node to the next, as measured. */
const numbersTogether = 2 ** 20;

/**
 * How many samples, and how many of their outputs, go back together: several outputs where most of the gradients to be formed
 * are so at once, else as many samples as fit, whose values may be there already.
 */
function sweepSizes(options: StructuredGramOptions, plans: readonly ParameterPlan[]) {
  const { graph, chunks, samples, outputs, precision, memoryLimit } = options;
  const { capacity } = chunks.evaluation;
  const numbers = (some: readonly ParameterPlan[]) => some.reduce((sum, { size }) => sum + size, 0);
  const rows = plans.filter(({ method }) => method === "rows");
  const atOnce = numbers(rows.filter((plan) => gradientUses(plan)));
  if (outputs === 1 || 2 * atOnce <= numbers(rows)) return { most: capacity, together: 1 };
  const largest = Math.max(...graph.nodes.map(({ shape }) => sizeOf(shape)));
  const inCache = Math.max(outputs, Math.floor(numbersTogether / largest));
  const fitting = Math.max(1, Math.floor(memoryLimit / sampleBytes(graph, precision)));
  const cotangents = Math.min(inCache, fitting);
  const together = Math.min(outputs, cotangents);
  return { most: Math.min(capacity, samples, Math.floor(cotangents / together)), together };
}

/** Backward sweeps over all samples and outputs, shown to every part. */
async function sweep(
  options: StructuredGramOptions,
  { most, together }: ReturnType<typeof sweepSizes>,
  parts: readonly CollectedPart[],
  onProgress: (fraction: number) => void | Promise<void>,
): Promise<void> {
  const { chunks, theta, samples, outputs, math, precision } = options;
  const { evaluation } = chunks;
  const wanted = new Map<number, CollectedPart[]>();
  for (const part of parts) {
    for (const node of part.nodes) wanted.set(node, [...(wanted.get(node) ?? []), part]);
  }
  const lowest = Math.min(...wanted.keys());
  const units = math.allocate(precision, most * together * outputs);
  for (const { start, count } of chunks.sweep(theta, most)) {
    for (let output = 0; output < outputs; output += together) {
      const some = Math.min(together, outputs - output);
      const cotangents = units.subarray(0, some * count * outputs).fill(0);
      for (let row = 0; row < some * count; row++)
        cotangents[row * outputs + output + Math.floor(row / count)] = 1;
      const visit = (use: ParameterUse) => {
        for (const part of wanted.get(use.node) ?? []) part.take(use, { start, output, outputs: some });
      };
      evaluation.visitParameterUses(cotangents, visit, lowest);
      await onProgress((start + (count * (output + some)) / outputs) / samples);
    }
  }
  math.release(units);
}
