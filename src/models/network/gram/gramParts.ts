import { columnTiles } from "./columnTiles.ts";
import { deferredNumbers, deferredRowsPart, gradientUses } from "./deferredRows.ts";
import { pairsPart } from "./pairs.ts";
import { bytesOf, type GramContext, type GramPart } from "./part.ts";
import type { ParameterPlan, Use } from "./plan.ts";
import { type ProductsPart, productsPart } from "./products.ts";
import { rowsPart } from "./rows.ts";

/** Bytes of per-sample gradients that are formed at a time from inputs and cotangents, as measured, or this part of the limit. */
const tileBytes = 2 ** 26;
const tileShare = 1 / 8;
/** Of the memory of per-sample gradients, how much inputs and cotangents may take to be kept in their place. */
const worthDeferring = 0.75;

type Part = ProductsPart | GramPart;

/** Whether the part is formed tile by tile of K. */
export function isTiled(part: Part): part is ProductsPart {
  return "addTile" in part;
}

/**
 * The parts of K in groups that fit in `memoryLimit` bytes together, the last layers first: the way back to those is short.
 * A part that is too large makes a group by itself.
 */
export function gramParts(
  plans: readonly ParameterPlan[],
  memoryLimit: number,
  context: GramContext,
): Part[][] {
  const { samples, outputs, precision } = context;
  const bytesEach = bytesOf(precision);
  const by = (method: ParameterPlan["method"]) => plans.filter((part) => part.method === method);
  const tile = Math.min(tileBytes, memoryLimit * tileShare);
  const deferred: GramPart[] = [];
  const direct: ParameterPlan[] = [];
  for (const plan of by("rows")) {
    const uses = gradientUses(plan);
    const worth = worthDeferring * samples * outputs * plan.size;
    if (uses && deferredNumbers(uses, context) < worth) {
      deferred.push(deferredRowsPart(plan, uses, tile / bytesEach, context));
    } else direct.push(plan);
  }
  const limit = deferred.length > 0 ? memoryLimit - tile : memoryLimit;
  const columns = Math.floor(limit / (samples * outputs * bytesEach));
  direct.sort((a, b) => lowest(b.uses.map(({ node }) => node)) - lowest(a.uses.map(({ node }) => node)));
  const tiles = columnTiles(direct, columns).map((ranges) => rowsPart(ranges, context));
  const small = [
    ...withEqualRightFactors(by("products")).map((uses) => productsPart(uses, context)),
    ...by("pairs").map((part) => pairsPart(part, context)),
  ];
  return grouped([...deferred, ...tiles], small, limit);
}

function lowest(nodes: readonly number[]): number {
  return Math.min(...nodes);
}

/** Weight and bias of a dense layer have the cotangents in common, so their products too. */
function withEqualRightFactors(plans: readonly ParameterPlan[]): Use[][] {
  const groups: Use[][] = [];
  for (const {
    uses: [use],
  } of plans) {
    const factors = (other: Use) => (other.share.kind === "outer" ? other.share.rightFactors : undefined);
    const group = groups.find(([first]) => first.node === use.node && factors(first) === factors(use));
    if (group) group.push(use);
    else groups.push([use]);
  }
  return groups;
}

/** Large parts by depth; small ones where there is room, in a group that goes back as far as they need if possible. */
function grouped(large: readonly Part[], small: readonly Part[], limit: number): Part[][] {
  const groups: { parts: Part[]; room: number }[] = [];
  const put = (part: Part, group = groups.at(-1)) => {
    if (group && part.bytes <= group.room) {
      group.parts.push(part);
      group.room -= part.bytes;
    } else groups.push({ parts: [part], room: limit - part.bytes });
  };
  for (const part of [...large].sort((a, b) => lowest(b.nodes) - lowest(a.nodes))) put(part);
  const reach = ({ parts }: { parts: readonly Part[] }) => lowest(parts.flatMap(({ nodes }) => nodes));
  for (const part of small) {
    const roomy = groups.filter(({ room }) => part.bytes <= room);
    put(part, roomy.findLast((group) => reach(group) <= lowest(part.nodes)) ?? roomy.at(-1));
  }
  return groups.map(({ parts }) => parts);
}
