import type { ParameterPlan } from "./plan.ts";

/** Consecutive numbers of one parameter: the columns of J that they are. */
export interface ColumnRange {
  readonly plan: ParameterPlan;
  readonly from: number;
  readonly to: number;
}

/** Splits the parameters' columns into tiles of at most `columns`, as whole as can be. */
export function columnTiles(plans: readonly ParameterPlan[], columns: number): ColumnRange[][] {
  const tiles: ColumnRange[][] = [];
  let room = 0;
  for (const plan of plans) {
    const unit = indivisible(plan);
    for (let from = 0; from < plan.size; ) {
      if (room < unit || (room < plan.size - from && room < columns / 2)) {
        tiles.push([]);
        room = Math.max(columns, unit);
      }
      const to = Math.min(plan.size, from + Math.floor(room / unit) * unit);
      tiles[tiles.length - 1].push({ plan, from, to });
      room -= to - from;
      from = to;
    }
  }
  return tiles;
}

/** Columns that stay together: whole left factors of every use. */
function indivisible({ uses }: ParameterPlan): number {
  return uses.reduce(
    (unit, { share }) => (share.kind === "outer" ? leastCommonMultiple(unit, share.left) : unit),
    1,
  );
}

function leastCommonMultiple(a: number, b: number): number {
  let [divisor, rest] = [a, b];
  while (rest > 0) [divisor, rest] = [rest, divisor % rest];
  return (a / divisor) * b;
}
