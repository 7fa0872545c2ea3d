import type { Check } from "../../experiments/experiment.ts";
import { formatFixed } from "../numbers.ts";
import { boundPhrase, estimateDrawing, estimatePhrase } from "./estimates.ts";
import { type Html, html, prose } from "./html.ts";
import { stackingTable } from "./stackingTable.ts";
import { verdictBadge } from "./verdicts.ts";

/**
 * What decides a claim: each check with its estimate and bounds.
 * @param set how statements are set
 */
export function checksTable(checks: readonly Check[], title: string, set: (text: string) => Html): Html {
  return stackingTable({
    name: "checks",
    caption: html`Checks: ${prose(title)}`,
    isCaptionHidden: true,
    headings: ["Statement", "Estimate and 95\u00a0% interval", "Must lie in", "Verdict"],
    rows: checks.map((check) => [
      set(check.statement),
      html`${estimatePhrase(check)} <span class="repetitions">${repetitions(check)}</span>`,
      html`<span class="bounds">${boundPhrase(check)}</span>${estimateDrawing(check)}`,
      verdictBadge(check.verdict),
    ]),
  });
}

function repetitions({ estimate }: Check): string {
  return estimate.repetitions === 1 ? "1 repetition" : `${formatFixed(estimate.repetitions, 0)} repetitions`;
}
