import { withoutGaps } from "../../linalg/matrix.ts";
import type { SampledGramLinearization } from "../../models/linearization.ts";
import type { SampleRange } from "../../sampleRange.ts";
import { gatherTiles, type TiledGeometry } from "./gatherTiles.ts";
import { type Tile, tileOf } from "./tile.ts";
import { type TilePair, tilePairs } from "./tilePairs.ts";

/**
 * Sums over K, exact, tile by tile, `side` samples each way: never more of K than one tile. Tiles are added in a fixed order.
 * What `onProgress` throws ends the work; a promise is waited for.
 */
export async function blockwiseGeometry(
  linearization: SampledGramLinearization,
  side: number,
  onProgress?: (fraction: number) => void | Promise<void>,
): Promise<TiledGeometry> {
  const { samples, outputs, loss } = linearization;
  const gathering = gatherTiles(samples, outputs, loss?.kind ?? "mse");
  const pairs = tilePairs(samples, side);
  for (const [k, pair] of pairs.entries()) {
    gathering.add(await tileOfPair(linearization, pair));
    await onProgress?.((k + 1) / pairs.length);
  }
  return gathering.finish();
}

/** One tile of a linearization that holds all its samples. */
export async function tileOfPair(linearization: SampledGramLinearization, pair: TilePair): Promise<Tile> {
  const { outputs, residuals, loss } = linearization;
  const { rows, columns } = pair;
  const indices = ({ start, count }: SampleRange) => Int32Array.from({ length: count }, (_, k) => start + k);
  const residualsOf = ({ start, count }: SampleRange) =>
    residuals.subarray(start * outputs, (start + count) * outputs);
  const gram =
    rows.start === columns.start
      ? await linearization.gramOf(indices(rows))
      : await linearization.gramBetween(indices(rows), indices(columns));
  return tileOf({
    rows,
    columns,
    gram: withoutGaps(gram),
    rowResiduals: residualsOf(rows),
    columnResiduals: residualsOf(columns),
    rowLosses:
      loss && loss.kind !== "mse"
        ? loss.sampleLosses.subarray(rows.start, rows.start + rows.count)
        : undefined,
  });
}
