import { identifier } from "../identifiers.ts";
import { formatSeconds } from "../numbers.ts";
import type { ReportedExperiment } from "../reproduction.ts";
import { checksTable } from "./checksTable.ts";
import { dataTable } from "./dataTable.ts";
import { explained } from "./explained.ts";
import { pageFigure } from "./figures.ts";
import { fileAddress, type Html, html, prose } from "./html.ts";
import { readingShown } from "./reading.ts";
import { verdictBadge } from "./verdicts.ts";

/** One claim from its sentence to the command that tests it again. */
export function experimentSection(experiment: ReportedExperiment, number: number, total: number): Html {
  const { id, title, claim, verdict, result, files } = experiment;
  const anchor = identifier(id);
  const seen = new Set<string>();
  const set = (text: string) => explained(text, seen);
  // leaves the terms to be explained where they are seen
  const setFolded = (text: string) => explained(text, new Set(seen));
  // called where they stand, so that each term is explained where a reader meets it first
  const checks = () =>
    result.checks.length === 0
      ? undefined
      : html`<h3>What decides it</h3>\n${checksTable(result.checks, title, set)}`;
  const figures = () =>
    result.figures.map((figure) =>
      pageFigure(figure, {
        scope: anchor,
        seen,
        files: files.figures.find((other) => other.id === figure.id),
      }),
    );
  return html`
<section class="experiment" id="${anchor}" aria-labelledby="${anchor}-heading">
<p class="eyebrow">Claim ${number} of ${total}</p>
<h2 id="${anchor}-heading">${prose(title)}</h2>
<p class="claim">${set(claim)}</p>
<p class="outcome">${verdictBadge(verdict)}</p>
${readingShown(result.reading, set, setFolded)}
${checks()}
${figures()}
<h3>How it was made</h3>
<ul class="setting">
${result.setting.map((line) => html`<li>${set(line)}</li>\n`)}
<li>Seed ${experiment.seed}, ${experiment.scale} scale, ${formatSeconds(experiment.seconds)}; noise-geometry ${experiment.version} with ${experiment.kernels}.</li>
</ul>
<p class="command">Run this one again: <code>${rerunCommand(experiment)}</code></p>
${dataTable(result.table, title, { path: files.data, format: "Parquet", subject: "The numbers behind it" })}
<p class="downloads">Files: <a href="${fileAddress(files.data)}">data (Parquet)</a>,
<a href="${fileAddress(files.result)}">result (JSON)</a></p>
<p class="printed">${whereNumbersAre(experiment)}</p>
</section>`;
}

/** For paper, which shows neither tables of numbers nor links. */
function whereNumbersAre({ id, files }: ReportedExperiment): Html {
  const points = html`the points of its figures in <code>figures/${id}-*.csv</code>, `;
  return html`In the folder of this page: ${files.figures.length > 0 ? points : undefined}every measurement in <code>${files.data}</code>, the
result in <code>${files.result}</code>.`;
}

function rerunCommand({ id, seed, scale }: ReportedExperiment): string {
  return `npx noisegeo reproduce ${id} --seed ${seed} --scale ${scale}`;
}
