import type { Figure } from "../../experiments/figure.ts";
import { definitions } from "./definitions.ts";
import { explained } from "./explained.ts";
import { pageFigure } from "./figures.ts";
import { type Html, html, prose } from "./html.ts";
import { shell } from "./shell.ts";
import { type UndefinedEntry, undefinedNumbers } from "./undefinedNumbers.ts";

/** What the page of `noisegeo measure --out` tells; all numbers already in words. */
export interface MeasureReport {
  readonly title: string;
  /** What was measured: the files, the model, how many samples and parameters. */
  readonly source: string;
  /** What the numbers mean, in one line. */
  readonly reading: string;
  readonly facts: readonly { readonly label: string; readonly value: string; readonly note?: string }[];
  readonly figures: readonly Figure[];
  readonly undefinedEntries: readonly UndefinedEntry[];
  /** The command line that made it. */
  readonly command: string;
}

/** The page of `noisegeo measure`: one self-contained HTML document, a function of its argument alone. */
export function renderMeasurePage(report: MeasureReport): string {
  const seen = new Set<string>();
  return shell({
    title: report.title,
    summary: report.reading,
    main: html`
<header class="opening">
<p class="eyebrow">noise-geometry: a measurement</p>
<h1>${prose(report.title)}</h1>
<p class="headline">${explained(report.reading, seen)}</p>
<p>${prose(report.source)}</p>
${facts(report.facts, seen)}
</header>
${figures(report.figures, seen)}
${undefinedNumbers(report.undefinedEntries)}
${definitions()}`,
    footer: html`<p>Made again by <code>${report.command}</code></p>`,
  });
}

function facts(entries: MeasureReport["facts"], seen: Set<string>): Html {
  if (entries.length === 0) return html``;
  const cards = entries.map(({ label, value, note }) => {
    const remark = note === undefined ? undefined : html`<span class="note">${prose(note)}</span>`;
    return html`<div><dt>${explained(label, seen)}</dt><dd><strong>${prose(value)}</strong>${remark}</dd></div>\n`;
  });
  return html`<dl class="facts">\n${cards}</dl>`;
}

function figures(all: readonly Figure[], seen: Set<string>): Html {
  if (all.length === 0) return html``;
  const drawings = all.map((figure) => pageFigure(figure, { scope: "measure", seen }));
  return html`<section aria-labelledby="figures"><h2 id="figures">Figures</h2>${drawings}</section>`;
}
