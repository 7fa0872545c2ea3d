import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { encodeParquet } from "../data/parquet.ts";
import type { Experiment, ExperimentResult, Scale } from "../experiments/experiment.ts";
import { overall } from "../experiments/verdict.ts";
import { encodeCsv, figureTable } from "../report/figure/figureTable.ts";
import { printWidth } from "../report/figure/printWidth.ts";
import { renderFigure } from "../report/figure/renderFigure.ts";
import { renderPng } from "../report/figure/renderPng.ts";
import { leftOut } from "../report/leftOut.ts";
import type { ReportedExperiment } from "../report/reproduction.ts";
import { writeFileAtomically } from "../runs/atomicFile.ts";

export interface ExperimentRun {
  readonly scale: Scale;
  readonly seed: number;
  readonly seconds: number;
}

/** What computed it. */
export interface Maker {
  readonly version: string;
  readonly kernels: string;
}

/** Writes everything of one experiment under `folder`: data, figures, result.json, and the record that the page is made from. */
export async function writeExperiment(
  folder: string,
  experiment: Experiment,
  result: ExperimentResult,
  run: ExperimentRun,
  maker: Maker,
): Promise<ReportedExperiment> {
  const { id, title, claim } = experiment;
  const verdict = overall(result.checks);
  const figures = result.figures.map((figure) => ({
    id: figure.id,
    svg: `figures/${id}-${figure.id}.svg`,
    png: `figures/${id}-${figure.id}.png`,
    csv: `figures/${id}-${figure.id}.csv`,
  }));
  const files = { data: `data/${id}.parquet`, result: `${id}/result.json`, figures };
  const { checks, reading, setting } = result;
  const evidence = { checks, reading, setting, leftOut: leftOut(result.table) };
  const document = { id, claim, verdict, evidence, ...run };
  const reported: ReportedExperiment = { id, title, claim, verdict, result, ...run, ...maker, files };

  await writeFileAtomically(join(folder, files.data), encodeParquet(result.table));
  for (const [index, figure] of result.figures.entries()) {
    const svg = renderFigure(figure, { theme: "light", width: printWidth(figure) });
    await writeFileAtomically(join(folder, figures[index].svg), svg);
    await writeFileAtomically(join(folder, figures[index].png), await renderPng(svg));
    await writeFileAtomically(join(folder, figures[index].csv), encodeCsv(figureTable(figure)));
  }
  await writeFileAtomically(join(folder, files.result), `${JSON.stringify(document, null, 2)}\n`);
  await writeFileAtomically(recordPath(folder, id), JSON.stringify(reported));
  return reported;
}

/** What an earlier run left under `folder` of an experiment, or undefined where it left nothing that can be read. */
export async function readExperiment(folder: string, id: string): Promise<ReportedExperiment | undefined> {
  try {
    return JSON.parse(await readFile(recordPath(folder, id), "utf8")) as ReportedExperiment;
  } catch {
    return undefined;
  }
}

function recordPath(folder: string, id: string): string {
  return join(folder, id, "record.json");
}
