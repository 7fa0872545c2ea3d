import { colours } from "./style/colours.ts";
import { figures } from "./style/figures.ts";
import { layout } from "./style/layout.ts";
import { print } from "./style/print.ts";
import { tables } from "./style/tables.ts";
import { text } from "./style/text.ts";

/** The page's style sheet: one look for every report, light, dark and on paper. */
export function stylesheet(): string {
  return [colours, layout, text, tables, figures, print].join("\n");
}
