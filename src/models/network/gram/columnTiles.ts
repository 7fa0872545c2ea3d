import type { LeftColumns } from "../operation.ts";
import type { ParameterPlan } from "./plan.ts";

/** Some columns of one parameter as a matrix. */
export interface ColumnRange extends LeftColumns {
  readonly plan: ParameterPlan;
}

/** Columns of J that belong to the range. */
export function widthOf({ plan, from, to }: ColumnRange): number {
  return plan.rows * (to - from);
}

/** Of a tile, the part that may be left empty so as not to split a parameter. */
const spare = 1 / 8;

/** Splits the parameters' columns of J into tiles of at most `columns`. */
export function columnTiles(plans: readonly ParameterPlan[], columns: number): ColumnRange[][] {
  const tiles: ColumnRange[][] = [];
  let room = 0;
  for (const plan of plans) {
    const end = plan.size / plan.rows;
    const least = plan.rows * plan.unit;
    for (let from = 0; from < end; ) {
      const left = plan.rows * (end - from);
      if (room < least || (room < left && room < spare * columns)) {
        tiles.push([]);
        room = Math.max(columns, least);
      }
      const to = Math.min(end, from + Math.floor(room / least) * plan.unit);
      tiles[tiles.length - 1].push({ plan, from, to });
      room -= plan.rows * (to - from);
      from = to;
    }
  }
  return tiles;
}
