import { type Html, html, prose } from "./html.ts";

/** A number that does not exist at a point: its path in the JSON document, and why. */
export interface UndefinedEntry {
  readonly path: string;
  readonly reason: string;
}

/** Nothing where every number is there. */
export function undefinedNumbers(entries: readonly UndefinedEntry[]): Html {
  if (entries.length === 0) return html``;
  const rows = entries.map(
    ({ path, reason }) => html`<tr><th scope="row"><code>${path}</code></th><td>${prose(reason)}</td></tr>\n`,
  );
  return html`<section aria-labelledby="undefined"><h2 id="undefined">What is not defined here</h2>
<div class="scroll" role="region" tabindex="0" aria-label="Undefined numbers">
<table><thead><tr><th scope="col">Number</th><th scope="col">Why it has no value</th></tr></thead><tbody>
${rows}</tbody></table>
</div></section>`;
}
