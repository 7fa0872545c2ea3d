import { type Html, html, prose } from "./html.ts";
import { SYMBOLS } from "./symbols.ts";
import { TERMS } from "./terms.ts";
import { typesetDefinition } from "./typesetDefinition.ts";

/** The list of all terms and symbols, where the references lead. */
export function glossary(): Html {
  const entries = [...TERMS, ...SYMBOLS].map(
    (term) =>
      html`<div><dt><dfn>${prose(term.name)}</dfn></dt><dd id="term-${term.id}">${typesetDefinition(term)}</dd></div>\n`,
  );
  return html`<section class="glossary" aria-labelledby="terms">
<h2 id="terms">Terms</h2>
<dl>
${entries}</dl>
</section>`;
}
