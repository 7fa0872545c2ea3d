import temml from "temml";
import { type Html, html, prose, trusted } from "./html.ts";
import type { Term } from "./terms.ts";

/** What a term means, its formula in MathML on a line of its own. */
export function typesetDefinition({ tex, meaning }: Term): Html {
  const formula = tex === undefined ? undefined : trusted(temml.renderToString(tex, { displayMode: true }));
  return html`${formula}${prose(meaning)}`;
}
