import type { Graph } from "../graph.ts";
import type { JacobianShare, OuterShare } from "../operation.ts";
import { sizeOf } from "../shape.ts";

/** Where a parameter enters: the share at this position among those of a node's rule. */
export interface Use {
  readonly node: number;
  readonly position: number;
  readonly share: JacobianShare;
}

/**
 * How a parameter's part of K is formed (docs/theory.md §2, structured Gram):
 * - "products": one position, so K gains (left·leftᵀ) ∘ (right·rightᵀ) and no gradient is formed;
 * - "pairs": the same for every pair of positions, summed: for few positions and many weights;
 * - "rows": per-sample gradients, in tiles of columns, and their Gram matrix: for many positions and few weights.
 */
type Method = "products" | "pairs" | "rows";

export interface ParameterPlan {
  readonly size: number;
  /** The parameter as a matrix, of which J is formed by some columns at a time: all rows, and columns in multiples of `unit`. */
  readonly rows: number;
  readonly unit: number;
  readonly uses: readonly Use[];
  readonly method: Method;
}

/** Multiplications of a BLAS product in the time of one step of the loop that contracts pairs. */
const loopCost = 16;

/** The cheapest method for every parameter that is used. */
export function gramPlan(
  graph: Graph,
  sharesOf: (node: number) => readonly JacobianShare[],
  samples: number,
  outputs: number,
): ParameterPlan[] {
  return graph.parameters.flatMap((parameter, index) => {
    const uses = graph.nodes.flatMap(({ parameters }, node) =>
      parameters.flatMap((used, position) =>
        used === index ? [{ node, position, share: sharesOf(node)[position] }] : [],
      ),
    );
    if (uses.length === 0) return [];
    const size = sizeOf(parameter.shape);
    return [{ size, uses, ...layout(uses, size), method: cheapest(uses, size, samples, outputs) }];
  });
}

/** Left factors lie in rows of a parameter. Uses with left factors of different lengths do not let it be split. */
function layout(uses: readonly Use[], size: number): Pick<ParameterPlan, "rows" | "unit"> {
  const outer = uses.flatMap(({ share }) => (share.kind === "outer" && share.left > 1 ? [share] : []));
  if (outer.length === 0) return { rows: 1, unit: 1 };
  const { left } = outer[0];
  if (outer.some((share) => share.left !== left)) return { rows: 1, unit: size };
  const units = outer.map(({ gradients }) => gradients?.unit ?? 1);
  return { rows: size / left, unit: units.reduce(leastCommonMultiple) };
}

function leastCommonMultiple(a: number, b: number): number {
  let [divisor, rest] = [a, b];
  while (rest > 0) [divisor, rest] = [rest, divisor % rest];
  return (a / divisor) * b;
}

function cheapest(uses: readonly Use[], size: number, samples: number, outputs: number): Method {
  const outer = outerShares(uses);
  if (!outer) return "rows";
  const { groups, left, right } = outer[0];
  const positions = outer.reduce((sum, share) => sum + share.positions, 0);
  if (groups === 1 && positions === 1) return "products";

  const rows = samples * outputs;
  const forming = left === 1 ? 0 : rows * positions * size;
  const explicit = forming + (rows * rows * size) / 2;
  const perPair = left + outputs ** 2 * (right + loopCost);
  const contracted = ((samples * positions) ** 2 / 2) * groups * perPair;
  return contracted < explicit ? "pairs" : "rows";
}

/** The shares when all are sums of outer products of one form; uses of one parameter then count as further positions. */
export function outerShares(uses: readonly Use[]): readonly OuterShare[] | undefined {
  const outer = uses.map(({ share }) => share).filter((share) => share.kind === "outer");
  const [first] = outer;
  const alike = outer.every((share) => share.groups === first.groups && share.left === first.left);
  return alike && outer.length === uses.length ? outer : undefined;
}
