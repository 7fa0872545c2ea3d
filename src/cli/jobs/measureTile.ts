import { tileOfPair } from "../../geometry/tiles/blockwise.ts";
import { unscaled } from "../../geometry/tiles/scaled.ts";
import type { Tile } from "../../geometry/tiles/tile.ts";
import type { TilePair } from "../../geometry/tiles/tilePairs.ts";
import type { Kernels } from "../../linalg/kernels/kernels.ts";
import type { LossKind } from "../../models/linearization.ts";
import type { Cell } from "../../runs/jobs/job.ts";
import { measureSource } from "../measureSource.ts";
import type { MeasureConfig } from "./measureConfig.ts";

export interface TileDocument {
  readonly schema: 1;
  readonly outputs: number;
  readonly parameters: number;
  readonly lossKind: LossKind;
  readonly tile: Tile;
}

/** Reads the samples of the tile alone. */
export async function measureTile(
  config: MeasureConfig,
  { rows, columns }: TilePair,
  {
    kernels,
    signal,
    onProgress,
  }: {
    readonly kernels: Kernels;
    readonly signal: AbortSignal;
    readonly onProgress: (fraction: number) => void;
  },
): Promise<TileDocument> {
  const diagonal = rows.start === columns.start;
  const source = await measureSource({ ...config, parts: diagonal ? [rows] : [rows, columns] });
  try {
    const { precision } = config;
    const point = await source.open({ kernels, precision, onProgress });
    signal.throwIfAborted();
    const own = { start: 0, count: rows.count };
    const others = diagonal ? own : { start: rows.count, count: columns.count };
    const tile = await tileOfPair(point, { rows: own, columns: others });
    return {
      schema: 1,
      outputs: point.outputs,
      parameters: point.parameters,
      lossKind: point.loss?.kind ?? "mse",
      tile: { ...tile, rows, columns },
    };
  } finally {
    await source.close();
  }
}

/** The sums as plain numbers; the document has them with their scales. */
export function tileRow({
  frobeniusSquared,
  gradientProducts,
  onColumns,
  onRows,
  own,
}: Tile): Record<string, Cell> {
  const squares = [onColumns, ...(onRows ? [onRows] : [])];
  return {
    frobeniusSquared: finite(unscaled(frobeniusSquared)),
    gradientProducts: finite(unscaled(gradientProducts)),
    imageSquares: finite(squares.reduce((sum, { squares }) => sum + unscaled(squares), 0)),
    trace: own ? finite(unscaled(own.trace)) : null,
    doubledLosses: own ? finite(unscaled(own.doubledLosses)) : null,
  };
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
