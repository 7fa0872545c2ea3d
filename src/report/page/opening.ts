import type { Check } from "../../experiments/experiment.ts";
import { identifier } from "../identifiers.ts";
import type { ReportedExperiment, Reproduction } from "../reproduction.ts";
import { estimatePhrase } from "./estimates.ts";
import { type Html, html, prose } from "./html.ts";
import { stackingTable } from "./stackingTable.ts";
import { explained } from "./terms.ts";
import { headline, verdictBadge } from "./verdicts.ts";

export const QUESTION = "Does the noise of SGD follow the geometry of the loss?";

/** What was asked and what came out, in one screen. */
export function opening({ experiments }: Reproduction): Html {
  const seen = new Set<string>();
  return html`
<header class="opening">
<p class="eyebrow">noise-geometry: a reproduction</p>
<h1>${QUESTION}</h1>
<p class="headline">${headline(experiments.map((experiment) => experiment.verdict))}</p>
<p>Stochastic gradient descent steps along the gradient of a few samples, and that choice of samples is noise.
<a href="https://arxiv.org/abs/2310.00692">Wang and Wu (2023)</a> argue that the noise is shaped by the loss
itself: its covariance Σ follows the ${explained("Gauss–Newton matrix", seen)} G, however many parameters the
model has. Each claim was computed anew and given a ${explained("verdict", seen)} by numbers with 95&nbsp;%
${explained("intervals", seen)}.</p>
${experiments.length === 0 ? undefined : summaryTable(experiments)}
</header>`;
}

function summaryTable(experiments: readonly ReportedExperiment[]): Html {
  return stackingTable({
    name: "summary",
    caption: html`The claims, what came out, and the number that decides each`,
    headings: ["Claim", "Verdict", "Key number and 95\u00a0% interval"],
    rows: experiments.map(({ id, title, verdict, result }) => [
      html`<a href="#${identifier(id)}">${prose(title)}</a>`,
      verdictBadge(verdict),
      keyNumber(decidingCheck(result.checks, verdict)),
    ]),
  });
}

/** The first check that came out as the claim did: the one that failed for a claim that fails. */
function decidingCheck(checks: readonly Check[], verdict: Check["verdict"]): Check | undefined {
  return checks.find((check) => check.verdict === verdict) ?? checks[0];
}

function keyNumber(check: Check | undefined): Html {
  if (check === undefined) return html`no check`;
  return html`${estimatePhrase(check)}<span class="statement">${prose(check.statement)}</span>`;
}

/** Links to the claims, each with its verdict, beside the text on wide screens. */
export function contents(experiments: readonly ReportedExperiment[]): Html {
  const entries = experiments.map(
    ({ id, title, verdict }) =>
      html`<li><a href="#${identifier(id)}">${prose(title)}</a> ${verdictBadge(verdict)}</li>`,
  );
  return html`<nav class="contents" aria-label="Contents">
<ol>${entries}</ol>
<p><a href="#definitions">What is measured</a></p>
<p><a href="#terms">Terms</a></p>
</nav>`;
}
