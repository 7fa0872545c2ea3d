import { identifier } from "../identifiers.ts";
import { leftOut } from "../leftOut.ts";
import type { ReportedExperiment, Reproduction } from "../reproduction.ts";
import { explained } from "./explained.ts";
import { type Html, html, prose } from "./html.ts";
import { overview, sureness } from "./overview.ts";
import { headline, verdictBadge } from "./verdicts.ts";

export const QUESTION = "Does the noise of SGD follow the geometry of the loss?";

/** What was asked and what came out, in one screen. */
export function opening({ experiments, leftOut: notRun }: Reproduction): Html {
  const seen = new Set<string>();
  return html`
<header class="opening">
<p class="eyebrow">noise-geometry: a reproduction</p>
<h1>${QUESTION}</h1>
<p class="headline">${headline(experiments.map((experiment) => experiment.verdict))}</p>
<p>Minibatches make the gradient of SGD noisy. <a href="https://arxiv.org/abs/2310.00692">Wang and Wu (2023)</a> argue
that ${explained("the covariance Σ of this noise follows the Gauss–Newton matrix G of the loss", seen)}, however many
parameters the model has. Each claim was computed anew and given a ${explained("verdict", seen)} by 95&nbsp;%
${explained("intervals", seen)}. ${experiments.length === 0 ? undefined : sureness(experiments)}${gaps(notRun.length, experiments)}</p>
${experiments.length === 0 ? undefined : overview(experiments)}
</header>`;
}

function gaps(notRun: number, experiments: readonly ReportedExperiment[]): Html | undefined {
  const partial = experiments.filter(({ result }) => leftOut(result.table).length > 0).length;
  const missing = [
    ...(notRun === 0 ? [] : [`${notRun} ${notRun === 1 ? "experiment was" : "experiments were"} not run`]),
    ...(partial === 0 ? [] : [`${partial} ran without some of the data`]),
  ];
  return missing.length === 0 ? undefined : html` <a href="#omitted">${missing.join(", ")}</a>.`;
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
