/** One measurement that many workers share: its tiles as points of a sweep, and what they come to. */
import { exactEstimate, noDirections } from "../../geometry/estimate/exactEstimate.ts";
import { gatherTiles, type TileGathering } from "../../geometry/tiles/gatherTiles.ts";
import { tilePairs } from "../../geometry/tiles/tilePairs.ts";
import { defaultSeed } from "../../random/defaultSeed.ts";
import { type MeasureDocument, measureDocument } from "../../report/measurement/document.ts";
import type { Json } from "../../runs/jobs/job.ts";
import type { Point } from "../../runs/sweep/design.ts";
import type { SweepFolder, SweptJob } from "../../runs/sweep/folder.ts";
import { asMeasurement } from "../measureEstimate.ts";
import { measureSource } from "../measureSource.ts";
import { readMeasureConfig } from "./measureConfig.ts";
import type { TileDocument } from "./measureTile.ts";

/** How many samples a configuration is about; one of them is read. Throws an InputError, which begins with `what`, where it has no tiles. */
export async function samplesOf(value: Json, what: string): Promise<number> {
  const first = { start: 0, count: 1 };
  const config = readMeasureConfig({ ...(value as object), tile: { rows: first, columns: first } }, what);
  const source = await measureSource({ ...config, parts: [first] });
  await source.close();
  return config.samples ?? source.network!.available;
}

/** All tiles, in the order in which they are gathered. */
export function tilePoints(samples: number, side: number): Point[] {
  return tilePairs(samples, side).map(({ rows, columns }) => ({
    "tile.rows.start": rows.start,
    "tile.rows.count": rows.count,
    "tile.columns.start": columns.start,
    "tile.columns.count": columns.count,
  }));
}

/** The document of `noisegeo measure` from all tiles of so many samples, one in memory at a time. */
export async function tiledDocument(
  samples: number,
  folder: Pick<SweepFolder, "result">,
  jobs: readonly SweptJob[],
): Promise<MeasureDocument> {
  let gathering: TileGathering | undefined;
  let sizes: Pick<TileDocument, "parameters" | "lossKind"> | undefined;
  for (const { id } of jobs) {
    const result = await folder.result(id);
    if (!result) throw new RangeError(`tiles: expected a result of job ${id}, got none`);
    const { tile, outputs, parameters, lossKind } = result.document as unknown as TileDocument;
    sizes ??= { parameters, lossKind };
    gathering ??= gatherTiles(samples, outputs, lossKind);
    gathering.add(tile);
  }
  if (!gathering || !sizes) throw new RangeError("tiles: expected at least one, got none");
  const estimate = exactEstimate(gathering.finish(), { ...sizes, eigenDirections: noDirections });
  return measureDocument(asMeasurement(estimate), 0, defaultSeed);
}
