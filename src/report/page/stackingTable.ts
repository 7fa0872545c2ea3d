import { type Html, html } from "./html.ts";

export interface StackingTable {
  /** Tells the table's variant to the style sheet. */
  readonly name: string;
  /** Seen above the table, or for screen readers alone. */
  readonly caption: Html;
  readonly isCaptionHidden?: boolean;
  readonly headings: readonly string[];
  /** Cells in the order of the headings; the first is the heading of its row. */
  readonly rows: readonly (readonly Html[])[];
}

/**
 * A table that becomes a list of cards on narrow screens, where each number brings its heading along. The
 * roles keep it a table for screen readers when the style sheet lays it out otherwise.
 */
export function stackingTable({ name, caption, isCaptionHidden, headings, rows }: StackingTable): Html {
  const head = headings.map((heading) => html`<th scope="col" role="columnheader">${heading}</th>`);
  const body = rows.map(([first, ...others]) => {
    const cells = others.map(
      (cell, index) => html`<td role="cell" data-heading="${headings[index + 1]}">${cell}</td>\n`,
    );
    return html`<tr role="row">\n<th scope="row" role="rowheader">${first}</th>\n${cells}</tr>\n`;
  });
  return html`<table class="${name} stacking" role="table">
<caption${isCaptionHidden ? html` class="unseen"` : undefined}>${caption}</caption>
<thead role="rowgroup"><tr role="row">${head}</tr></thead>
<tbody role="rowgroup">
${body}</tbody>
</table>`;
}
