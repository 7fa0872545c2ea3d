import type { Matrix } from "../../../linalg/matrix.ts";
import type { GramContext } from "./part.ts";
import type { ProductsPart } from "./products.ts";
import { addTile, mirrorTile, type TileSpace, tileSpace, tilesOf } from "./tile.ts";

interface TileOptions {
  readonly split?: number | undefined;
  readonly first?: boolean;
  readonly last?: boolean;
}

/**
 * Adds to K what these parts have collected, as `GramPart.finish` does, and lets go of it: tile by tile, each of all parts together, and
 * as many tiles at a time as keep the kernels' threads busy. Which tiles they are depends on K alone. With `first`, K is still zero; with
 * `last`, nothing is added to it any more and its upper triangle is filled, too.
 */
export async function addProductTiles(
  parts: readonly ProductsPart[],
  gram: Matrix<Float64Array>,
  context: GramContext,
  { split, first = false, last = false }: TileOptions = {},
): Promise<void> {
  const tiles = tilesOf(context, split);
  const spaces: TileSpace[] = [];
  const free: TileSpace[] = [];
  const further = () => {
    const space = tileSpace(tiles, context);
    spaces.push(space);
    return space;
  };
  try {
    await context.kernels.shareOut(
      tiles.map((tile) => async (products) => {
        const space = free.pop() ?? further();
        const arrays = space.of(tile);
        for (const [k, part] of parts.entries()) await part.addTile(tile, arrays, k === 0 ? 0 : 1, products);
        addTile(tile, arrays.sums, first ? 0 : 1, gram, context.outputs, split);
        if (last && split === undefined) mirrorTile(tile, gram, context.outputs);
        free.push(space);
      }),
    );
  } finally {
    for (const space of spaces) space.release();
    for (const part of parts) part.end();
  }
}
