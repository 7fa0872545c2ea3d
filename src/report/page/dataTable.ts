import type { Table } from "../../experiments/experiment.ts";
import { formatFixed, formatNumber } from "../numbers.ts";
import { fileAddress, type Html, html } from "./html.ts";

/** Rows shown in the page; the file has them all. */
const SHOWN = 30;

export interface TableFile {
  readonly path: string;
  readonly format: "CSV" | "Parquet";
  /** What the rows are, as the words to unfold them by. */
  readonly subject: string;
}

/** The measurements behind the figures: the first rows, folded away, and a link to the whole. */
export function dataTable(table: Table, title: string, { path, format, subject }: TableFile): Html {
  const columns = Object.entries(table);
  const rows = Math.max(0, ...columns.map(([, values]) => values.length));
  if (rows === 0) return html``;
  const shown = Math.min(SHOWN, rows);
  const count = shown < rows ? `first ${shown} of ${formatFixed(rows, 0)} rows` : rowCount(rows);
  const head = columns.map(([name, values]) => html`<th scope="col"${alignment(values)}>${name}</th>`);
  const body = Array.from(
    { length: shown },
    (_, row) =>
      html`<tr>${columns.map(([, values]) => html`<td${alignment(values)}>${cell(values[row])}</td>`)}</tr>\n`,
  );
  return html`<details class="numbers">
<summary>${subject}: ${count}</summary>
<div class="scroll" role="group" tabindex="0" aria-label="${subject}: ${title}">
<table><thead><tr>${head}</tr></thead><tbody>
${body}</tbody></table>
</div>
<p class="downloads">All rows as <a href="${fileAddress(path)}">${format}</a></p>
</details>`;
}

function rowCount(rows: number): string {
  return rows === 1 ? "1 row" : `${rows} rows`;
}

function alignment(values: Table[string]): Html | undefined {
  const isNumeric = values.every(
    (value) => value === null || value === undefined || typeof value === "number",
  );
  return isNumeric ? html` class="number"` : undefined;
}

function cell(value: Table[string][number] | undefined): string {
  if (value === null || value === undefined) return "–";
  return typeof value === "number" ? formatNumber(value, 6) : String(value);
}
