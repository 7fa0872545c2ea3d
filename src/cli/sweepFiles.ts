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
}

/** Writes results.parquet, and summary.svg and .png where there is something to draw. */
export async function writeSweep(
  { path }: SweepFolder,
  { jobs, figure: wanted }: Pick<SweepManifest, "jobs" | "figure">,
  rows: readonly SweepRow[],
): Promise<SweepFiles> {
  const table = join(path, "results.parquet");
  await writeFileAtomically(table, encodeParquet(sweepTable(rows)));
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
