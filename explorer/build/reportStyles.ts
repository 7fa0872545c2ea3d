import type { Plugin } from "vite";
import { colours } from "../../src/report/page/style/colours.ts";
import { figures } from "../../src/report/page/style/figures.ts";
import { layout } from "../../src/report/page/style/layout.ts";
import { tables } from "../../src/report/page/style/tables.ts";
import { text } from "../../src/report/page/style/text.ts";

/** Puts the look of the reports into index.html, so that it is there before any script runs. */
export function reportStyles(): Plugin {
  return {
    name: "report-styles",
    transformIndexHtml: (html) =>
      html.replace(
        "<!-- report styles -->",
        `<style>${[colours, layout, text, tables, figures].join("\n")}</style>`,
      ),
  };
}
