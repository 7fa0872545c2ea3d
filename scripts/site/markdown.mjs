// How the site sets Markdown. Formulas, written as on GitHub ($`…`$, and blocks of ```math), become MathML: no page needs a
// script for them. Indices and exponents of formulas in plain text, x_i and R^{n×p}, are lowered and raised. Tables wider than a phone scroll in a frame of their own, which the keyboard reaches.
import temml from "temml";

/** @param parser a markdown-it */
export function siteMarkdown(parser) {
  parser.inline.ruler.before("backticks", "math", (state, silent) => {
    const found = /^\$`([^`]+)`\$/.exec(state.src.slice(state.pos));
    if (!found) return false;
    if (!silent) state.push("math", "math", 0).content = found[1];
    state.pos += found[0].length;
    return true;
  });
  const { rules } = parser.renderer;
  rules.math = (tokens, index) => typeset(tokens[index].content, false);
  const { escapeHtml } = parser.utils;
  rules.text = (tokens, index) => withScripts(escapeHtml(tokens[index].content));
  const fence = rules.fence;
  rules.fence = (tokens, index, ...rest) =>
    tokens[index].info === "math" ? typeset(tokens[index].content, true) : fence(tokens, index, ...rest);
  rules.table_open = () => '<div class="wide" role="region" aria-label="Table" tabindex="0"><table>';
  rules.table_close = () => "</table></div>";
}

/** After a letter or a bracket: a short word, or a group in braces or brackets. */
const EXPONENT =
  /(?<=[\p{L}\p{Nd})])\^(?:\{([^{}\s]{1,16})\}|\(([^()\s]{1,6})\)|([\p{Lu}\p{Ll}\p{Nd}]{1,3})(?![\p{L}\p{Nd}_]))/gu;
/** After a letter that stands alone, a Greek one or a norm: else it is a name, such as at_least. */
const INDEX =
  /(?<=(?<![\p{Lu}\p{Ll}_])\p{L}\p{M}?|[α-ωΑ-Ω‖])_(?:\{([^{}\s]{1,16})\}|(\p{Ll}(?=\p{Lu})|[\p{Lu}\p{Ll}\p{Nd}]{1,5}(?![\p{Lu}\p{Ll}\p{Nd}_])))/gu;
/** The i of a product's last factors: GJ_i, Mx_i. */
const INDEX_IN_PRODUCT = /(?<=\p{Lu}\p{Ll}?)_(\p{Ll})(?![\p{Ll}\p{Nd}_])/gu;

function withScripts(text) {
  return text
    .replace(INDEX, (_, group, word) => `<sub>${group ?? word}</sub>`)
    .replace(INDEX_IN_PRODUCT, "<sub>$1</sub>")
    .replace(EXPONENT, (_, braced, bracketed, word) => `<sup>${braced ?? bracketed ?? word}</sup>`)
    .replace(/(?<=<\/sub>)\^([\p{Lu}\p{Ll}\p{Nd}])(?![\p{L}\p{Nd}_])/gu, "<sup>$1</sup>");
}

function typeset(tex, displayMode) {
  return temml.renderToString(tex, { displayMode, throwOnError: true });
}
