import { escapeXml } from "../figure/svg.ts";
import { textRuns } from "../subscripts.ts";
import { typeset } from "../typography.ts";

/** Markup known to be safe. Everything else that is put into a page is text, and escaped. */
export class Html {
  readonly markup: string;

  constructor(markup: string) {
    this.markup = markup;
  }
}

export type Content = Html | string | number | undefined | readonly Content[];

/**
 * A template of markup: strings put into it are escaped, pieces made by it are not, lists are joined,
 * undefined is nothing.
 */
export function html(strings: TemplateStringsArray, ...contents: readonly Content[]): Html {
  return new Html(strings.reduce((before, after, index) => before + markupOf(contents[index - 1]) + after));
}

/** Markup of our own making, such as a rendered figure. */
export function trusted(markup: string): Html {
  return new Html(markup);
}

/** Text as it is set, its subscripts as such: "λ_max" as λ<sub>max</sub>. */
export function prose(text: string): Html {
  const runs = textRuns(typeset(text)).map((run) =>
    run.isLowered ? html`<sub>${run.text}</sub>` : html`${run.text}`,
  );
  return html`${runs}`;
}

/** Address of a file beside the page; the leading "./" keeps any name from being read as a scheme. */
export function fileAddress(path: string): string {
  return `./${path.split("/").map(encodeURIComponent).join("/")}`;
}

function markupOf(content: Content): string {
  if (content === undefined) return "";
  if (content instanceof Html) return content.markup;
  if (typeof content === "object") return content.map(markupOf).join("");
  return escapeXml(String(content)).replaceAll("'", "&#39;");
}
