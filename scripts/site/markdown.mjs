// How the site sets Markdown. Formulas, written as on GitHub ($`…`$, and blocks of ```math), become MathML: no page needs a
// script for them. Tables wider than a phone scroll in a frame of their own, which the keyboard reaches.
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
  const fence = rules.fence;
  rules.fence = (tokens, index, ...rest) =>
    tokens[index].info === "math" ? typeset(tokens[index].content, true) : fence(tokens, index, ...rest);
  rules.table_open = () => '<div class="wide" role="region" aria-label="Table" tabindex="0"><table>';
  rules.table_close = () => "</table></div>";
}

function typeset(tex, displayMode) {
  return temml.renderToString(tex, { displayMode, throwOnError: true });
}
