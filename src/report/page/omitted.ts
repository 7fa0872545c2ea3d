import { identifier } from "../identifiers.ts";
import { type LeftOut, leftOut } from "../leftOut.ts";
import type { Reproduction } from "../reproduction.ts";
import { type Html, html, prose } from "./html.ts";

/** What this page does not tell: experiments that were not run, and parts that ran without their data. Nothing where it is whole. */
export function omitted({ experiments, leftOut: others }: Reproduction): Html {
  const notRun = others.map(
    ({ title, id }) => html`<li>${prose(title)} (<code>${id}</code>): not run.</li>\n`,
  );
  const parts = experiments.flatMap(({ id, title, result }) =>
    leftOut(result.table).map(
      (part) => html`<li><a href="#${identifier(id)}">${prose(title)}</a>: ${prose(words(part))}</li>\n`,
    ),
  );
  if (notRun.length + parts.length === 0) return html``;
  return html`<section class="omitted" aria-labelledby="omitted">
<h2 id="omitted">What is not in here</h2>
<ul>
${notRun}${parts}</ul>
</section>`;
}

function words({ trials, reason, instead }: LeftOut): string {
  const counted = `${trials} ${trials === 1 ? "trial" : "trials"}`;
  return instead === undefined
    ? `${counted} left out: ${reason}`
    : `${counted} on ${instead} in place of the data: ${reason}`;
}
