import { identifier } from "../identifiers.ts";
import type { Reproduction } from "../reproduction.ts";
import { type Html, html, prose } from "./html.ts";

/** What this page does not tell: experiments that were not run, and parts that ran without their data. Nothing where it is whole. */
export function omitted({ experiments, leftOut }: Reproduction): Html {
  const notRun = leftOut.map(
    ({ title, id }) => html`<li>${prose(title)} (<code>${id}</code>): not run.</li>\n`,
  );
  const parts = experiments.flatMap(({ id, title, result }) =>
    reasons(result.table).map(
      ({ reason, trials }) =>
        html`<li><a href="#${identifier(id)}">${prose(title)}</a>: ${trials} left out: ${prose(reason)}</li>\n`,
    ),
  );
  if (notRun.length + parts.length === 0) return html``;
  return html`<section class="omitted" aria-labelledby="omitted">
<h2 id="omitted">What is not in here</h2>
<ul>
${notRun}${parts}</ul>
</section>`;
}

/** Trials that measured nothing say so in a row of kind "left out", with the reason. */
function reasons({ kind = [], reason = [] }: Reproduction["experiments"][number]["result"]["table"]) {
  const counts = new Map<string, number>();
  for (const [row, value] of kind.entries()) {
    if (value === "left out") counts.set(String(reason[row]), (counts.get(String(reason[row])) ?? 0) + 1);
  }
  return [...counts].map(([text, count]) => ({
    reason: text,
    trials: `${count} ${count === 1 ? "trial" : "trials"}`,
  }));
}
