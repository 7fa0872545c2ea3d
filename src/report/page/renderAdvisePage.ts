import type { Verdict } from "../../experiments/experiment.ts";
import type { Figure } from "../../experiments/figure.ts";
import { explained } from "./explained.ts";
import { type FigureFiles, pageFigure } from "./figures.ts";
import { type Html, html, prose } from "./html.ts";
import { shell } from "./shell.ts";
import { stackingTable } from "./stackingTable.ts";
import { type UndefinedEntry, undefinedNumbers } from "./undefinedNumbers.ts";
import { verdictBadge } from "./verdicts.ts";

/** Whether something holds at the point: undefined where that cannot be told. */
type Holding = boolean | undefined;

/** What the page of `noisegeo advise --out` tells; all numbers already in words. */
export interface AdviceReport {
  readonly title: string;
  /** What was looked at, and η and B in use. */
  readonly source: string;
  /** What it comes to. */
  readonly reading: string;
  readonly warnings: readonly string[];
  readonly answers: readonly {
    readonly label: string;
    readonly value: string;
    readonly note?: string;
    readonly valid: Holding;
  }[];
  readonly conditions: readonly {
    readonly label: string;
    readonly statement: string;
    readonly holds: Holding;
  }[];
  readonly figure: Figure;
  readonly figureFiles: FigureFiles;
  /** Numbers by batch size, the first column. */
  readonly batches: { readonly headings: readonly string[]; readonly rows: readonly (readonly string[])[] };
  readonly undefinedEntries: readonly UndefinedEntry[];
  /** The command line that made it. */
  readonly command: string;
}

/** The page of `noisegeo advise`: one self-contained HTML document, a function of its argument alone. */
export function renderAdvisePage(report: AdviceReport): string {
  const seen = new Set<string>();
  return shell({
    title: report.title,
    summary: report.reading,
    main: html`
<header class="opening">
<p class="eyebrow">noise-geometry: advice</p>
<h1>${prose(report.title)}</h1>
<p class="headline">${explained(report.reading, seen)}</p>
<p>${prose(report.source)}</p>
${warnings(report.warnings)}
${answers(report.answers, seen)}
</header>
<section aria-labelledby="figures"><h2 id="figures">Learning rates and batch sizes</h2>
${pageFigure(report.figure, { scope: "advise", seen, files: report.figureFiles })}
${batches(report.batches)}
</section>
<section aria-labelledby="conditions"><h2 id="conditions">When this holds</h2>
${conditions(report.conditions, seen)}
</section>
${undefinedNumbers(report.undefinedEntries)}`,
    footer: html`<p>Made again by <code>${report.command}</code></p>`,
  });
}

function warnings(entries: readonly string[]): Html {
  if (entries.length === 0) return html``;
  const items = entries.map((entry) => html`<li>${prose(entry)}</li>\n`);
  return html`<ul class="warnings" aria-label="Warnings">\n${items}</ul>`;
}

function answers(entries: AdviceReport["answers"], seen: Set<string>): Html {
  return stackingTable({
    name: "answers",
    caption: html`Answers, and whether the conditions that each needs hold here`,
    isCaptionHidden: true,
    headings: ["What", "Number", "Valid here?"],
    rows: entries.map(({ label, value, note, valid }) => [
      html`${explained(label, seen)}${note === undefined ? undefined : html`<span class="statement">${prose(note)}</span>`}`,
      html`<strong>${prose(value)}</strong>`,
      badge(valid, { yes: "valid", no: "not valid" }),
    ]),
  });
}

function conditions(entries: AdviceReport["conditions"], seen: Set<string>): Html {
  return stackingTable({
    name: "conditions",
    caption: html`Conditions of the answers`,
    isCaptionHidden: true,
    headings: ["Condition", "Measured", "Holds?"],
    rows: entries.map(({ label, statement, holds }) => [
      explained(label, seen),
      prose(statement),
      badge(holds, { yes: "holds", no: "fails" }),
    ]),
  });
}

function batches({ headings, rows }: AdviceReport["batches"]): Html {
  const head = headings.map((heading) => html`<th scope="col" class="number">${prose(heading)}</th>`);
  const body = rows.map(
    (row) => html`<tr>${row.map((cell) => html`<td class="number">${prose(cell)}</td>`)}</tr>\n`,
  );
  return html`<details class="numbers">
<summary>The numbers behind it</summary>
<div class="scroll" role="region" tabindex="0" aria-label="Numbers by batch size">
<table><thead><tr>${head}</tr></thead><tbody>
${body}</tbody></table>
</div>
</details>`;
}

function badge(holds: Holding, words: { readonly yes: string; readonly no: string }): Html {
  const verdict: Verdict = holds === undefined ? "inconclusive" : holds ? "holds" : "fails";
  return verdictBadge(verdict, holds === undefined ? "not known" : holds ? words.yes : words.no);
}
