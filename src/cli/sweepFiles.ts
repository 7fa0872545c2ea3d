import { join } from "node:path";
import { encodeParquet } from "../data/parquet.ts";
import { sweepFigure } from "../report/sweepFigure.ts";
import { writeFileAtomically } from "../runs/atomicFile.ts";
import type { SweepFolder, SweepManifest } from "../runs/sweep/folder.ts";
import { type SweepRow, sweepTable } from "../runs/sweep/gather.ts";

export interface SweepFiles {
  readonly table: string;
  /** Of the summary, as SVG and PNG; undefined where there is nothing to draw. */
  readonly figure?: readonly string[];
  /** Of tiles, once all are done: the document of the measurement. */
  readonly measurement?: string;
}

/** Writes results.parquet, summary.svg and .png where there is something to draw, and measure.json where all tiles are there. */
export async function writeSweep(
  folder: SweepFolder,
  { jobs, figure: wanted, tiles }: Pick<SweepManifest, "jobs" | "figure" | "tiles">,
  rows: readonly SweepRow[],
): Promise<SweepFiles> {
  const { path } = folder;
  const table = join(path, "results.parquet");
  await writeFileAtomically(table, encodeParquet(sweepTable(rows)));
  if (tiles) {
    if (rows.some(({ status }) => status !== "done")) return { table };
    const { tiledDocument } = await import("./jobs/tiledMeasurement.ts");
    const measurement = join(path, "measure.json");
    const document = await tiledDocument(tiles.samples, folder, jobs);
    await writeFileAtomically(measurement, `${JSON.stringify(document, null, 2)}\n`);
    return { table, measurement };
  }
  const fields = [...new Set(jobs.flatMap(({ point }) => Object.keys(point)))];
  const figure = sweepFigure(rows, fields, wanted);
  if (!figure) return { table };
  const { renderFigure } = await import("../report/figure/renderFigure.ts");
  const { renderPng } = await import("../report/figure/renderPng.ts");
  const svg = renderFigure(figure, { theme: "light" });
  const files = ["svg", "png"].map((kind) => join(path, `summary.${kind}`));
  await writeFileAtomically(files[0], svg);
  await writeFileAtomically(files[1], await renderPng(svg));
  return { table, figure: files };
}
