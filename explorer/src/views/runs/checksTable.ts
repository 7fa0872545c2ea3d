import type { Check } from "../../../../src/experiments/experiment.ts";
import { boundPhrase, estimateDrawing, estimatePhrase } from "../../../../src/report/page/estimates.ts";
import { html, prose } from "../../../../src/report/page/html.ts";
import { stackingTable } from "../../../../src/report/page/stackingTable.ts";
import { verdictBadge } from "../../../../src/report/page/verdicts.ts";

/** The checks of a claim as markup, as in the page of a reproduction. */
export function checksTable(checks: readonly Check[]): string {
  return stackingTable({
    name: "checks",
    caption: html`Checks`,
    isCaptionHidden: true,
    headings: ["Statement", "Estimate and 95\u00a0% interval", "Must lie in", "Verdict"],
    rows: checks.map((check) => [
      prose(check.statement),
      html`<data value="${check.estimate.mean}">${estimatePhrase(check)}</data>`,
      html`<span class="bounds">${boundPhrase(check)}</span>${estimateDrawing(check)}`,
      verdictBadge(check.verdict),
    ]),
  }).markup;
}
