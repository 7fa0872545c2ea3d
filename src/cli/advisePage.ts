import { isDefined } from "../geometry/undefined.ts";
import { renderFigure } from "../report/figure/renderFigure.ts";
import { renderPng } from "../report/figure/renderPng.ts";
import { format } from "../report/measurement/reading.ts";
import { renderAdvisePage } from "../report/page/renderAdvisePage.ts";
import { told, validity } from "./adviseConditions.ts";
import { type AdvisedPoint, undefinedEntries } from "./adviseDocument.ts";
import { adviseFigure } from "./adviseFigure.ts";
import { adviceLines, batchTable, stepSentence } from "./adviseLines.ts";
import { adviceReading } from "./adviseReading.ts";

/** The files of `noisegeo advise --out` beside its document: the page and its figure. `command` is the line that makes them again. */
export async function adviseFiles(
  point: AdvisedPoint,
  command: string,
): Promise<readonly (readonly [file: string, content: string | Uint8Array])[]> {
  const { name, advice, judgement, document } = point;
  const { learningRate, batchSize } = advice.step;
  const figure = adviseFigure(advice);
  const files = { svg: "figures/stability.svg", png: "figures/stability.png" };
  const svg = renderFigure(figure, { theme: "light" });
  const page = renderAdvisePage({
    title: `SGD with η = ${format(learningRate)} and B = ${batchSize}`,
    source: `${name}: ${stepSentence(advice)}`,
    reading: adviceReading(advice, judgement),
    warnings: document.warnings,
    answers: adviceLines(advice).map((line) => ({ ...line, valid: validity(line.answer, judgement) })),
    conditions: judgement.conditions.map((condition) => ({
      label: condition.label,
      statement: told(condition),
      holds: isDefined(condition.holds) ? condition.holds : undefined,
    })),
    figure,
    figureFiles: files,
    batches: batchTable(advice),
    undefinedEntries: undefinedEntries(document),
    command,
  });
  return [
    [files.svg, svg],
    [files.png, await renderPng(svg)],
    ["index.html", page],
  ];
}
