import { type FloatArray, type Matrix, matrix, mirrorLower } from "../../../linalg/matrix.ts";
import { requireGramSize } from "../../gramSize.ts";
import type { Chunks } from "../chunks.ts";
import type { ParameterUse } from "../evaluation.ts";
import type { Graph } from "../graph.ts";
import type { OuterShare } from "../operation.ts";
import { columnTiles } from "./columnTiles.ts";
import { pairsPart } from "./pairs.ts";
import { bytesOf, type CollectedPart, type GramContext, type GramPart, productSpace } from "./part.ts";
import { gramPlan, type ParameterPlan, type Use } from "./plan.ts";
import { type ProductsPart, productsPart } from "./products.ts";
import { addProductTiles } from "./productTiles.ts";
import { rowsPart } from "./rows.ts";

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
  const groups = sweeps(gramParts(options), options.memoryLimit);
  for (const [index, parts] of groups.entries()) {
    for (const part of parts) part.begin();
    await sweep(options, parts, (fraction) => options.onProgress?.((index + fraction) / groups.length));
    for (const part of parts) if (!isTiled(part)) part.finish(gram, space, split);
    const last = index === groups.length - 1;
    const tiled = parts.filter(isTiled);
    if (tiled.length > 0) await addProductTiles(tiled, gram, options, { split, last });
    else if (last && split === undefined) mirrorLower(gram);
  }
  return gram;
}

type Part = ProductsPart | GramPart;

function isTiled(part: Part): part is ProductsPart {
  return "addTile" in part;
}

function gramParts(options: StructuredGramOptions): Part[] {
  const { graph, chunks, samples, outputs, precision, memoryLimit } = options;
  const plan = gramPlan(graph, (node) => chunks.evaluation.sharesOf(node), samples, outputs);
  const by = (method: ParameterPlan["method"]) => plan.filter((part) => part.method === method);

  const small = [
    ...withEqualRightFactors(by("products")).map((uses) => productsPart(uses, options)),
    ...by("pairs").map((part) => pairsPart(part, options)),
  ];
  // a tile beside them if they leave half of the room
  const taken = small.reduce((sum, { bytes }) => sum + bytes, 0);
  const room = Math.max(memoryLimit - taken, memoryLimit / 2);
  const columns = Math.floor(room / (samples * outputs * bytesOf(precision)));
  return [...small, ...columnTiles(by("rows"), columns).map((tile) => rowsPart(tile, options))];
}

/** Weight and bias of a dense layer have the cotangents in common, so their products too. */
function withEqualRightFactors(plans: readonly ParameterPlan[]): Use[][] {
  const groups: Use[][] = [];
  for (const {
    uses: [use],
  } of plans) {
    const factors = (other: Use) => (other.share as OuterShare).rightFactors;
    const group = groups.find(([first]) => first.node === use.node && factors(first) === factors(use));
    if (group) group.push(use);
    else groups.push([use]);
  }
  return groups;
}

/** Parts in groups that fit in memory together. */
function sweeps(parts: readonly Part[], memoryLimit: number): Part[][] {
  const groups: Part[][] = [];
  let room = 0;
  for (const part of parts) {
    if (groups.length === 0 || part.bytes > room) {
      groups.push([]);
      room = memoryLimit;
    }
    groups[groups.length - 1].push(part);
    room -= part.bytes;
  }
  return groups;
}

/** One backward sweep an output over all samples, shown to every part. */
async function sweep(
  { chunks, theta, samples, outputs, math, precision }: StructuredGramOptions,
  parts: readonly CollectedPart[],
  onProgress: (fraction: number) => void | Promise<void>,
): Promise<void> {
  const { evaluation } = chunks;
  const wanted = new Map<number, CollectedPart[]>();
  for (const part of parts) {
    for (const node of part.nodes) wanted.set(node, [...(wanted.get(node) ?? []), part]);
  }
  const lowest = Math.min(...wanted.keys());
  const unit = math.allocate(precision, evaluation.capacity * outputs);
  for (const { start, count } of chunks.sweep(theta)) {
    const cotangent = unit.subarray(0, count * outputs);
    for (let output = 0; output < outputs; output++) {
      cotangent.fill(0);
      for (let i = 0; i < count; i++) cotangent[i * outputs + output] = 1;
      const visit = (use: ParameterUse) => {
        for (const part of wanted.get(use.node) ?? []) part.take(use, { start, output });
      };
      evaluation.visitParameterUses(cotangent, visit, lowest);
      await onProgress((start + (count * (output + 1)) / outputs) / samples);
    }
  }
  math.release(unit);
}
