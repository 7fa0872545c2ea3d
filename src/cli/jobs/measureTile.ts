/** One tile of a measurement that many workers share, and what all tiles come to. */
import type { SampleRange } from "../../data/dataset/sampleRange.ts";
import { exactEstimate, noDirections } from "../../geometry/estimate/exactEstimate.ts";
import { tileOfPair } from "../../geometry/tiles/blockwise.ts";
import { gatherTiles } from "../../geometry/tiles/gatherTiles.ts";
import { unscaled } from "../../geometry/tiles/scaled.ts";
import type { Tile } from "../../geometry/tiles/tile.ts";
import type { TilePair } from "../../geometry/tiles/tilePairs.ts";
import { InputError } from "../../inputError.ts";
import type { Kernels } from "../../linalg/kernels/kernels.ts";
import type { LossKind } from "../../models/linearization.ts";
import { defaultSeed } from "../../random/defaultSeed.ts";
import { type MeasureDocument, measureDocument } from "../../report/measurement/document.ts";
import type { Cell, Json } from "../../runs/jobs/job.ts";
import { asMeasurement } from "../measureEstimate.ts";
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

/** How many samples a configuration is about. Reads one of them. */
export async function samplesOf(config: MeasureConfig): Promise<number> {
  const one: SampleRange = { start: 0, count: 1 };
  const source = await measureSource({ ...config, parts: [one] });
  await source.close();
  const available = source.network?.available;
  if (available === undefined) throw new InputError("tiles: expected a network, got a Jacobian");
  return config.samples ?? available;
}

/** The document of `noisegeo measure` from those of all tiles of n samples, in the order of their jobs. */
export async function tiledDocument(
  samples: number,
  documents: AsyncIterable<TileDocument>,
): Promise<MeasureDocument> {
  let gathering: ReturnType<typeof gatherTiles> | undefined;
  let parameters = 0;
  let lossKind: LossKind = "mse";
  for await (const { tile, outputs, ...sizes } of documents) {
    ({ parameters, lossKind } = sizes);
    gathering ??= gatherTiles(samples, outputs, lossKind);
    gathering.add(tile);
  }
  if (!gathering) throw new RangeError("tiles: expected at least one, got none");
  const eigenDirections = noDirections;
  const estimate = exactEstimate(gathering.finish(), { parameters, lossKind, eigenDirections });
  return measureDocument(asMeasurement(estimate), 0, defaultSeed);
}

export const asTileDocument = (document: Json) => document as unknown as TileDocument;
