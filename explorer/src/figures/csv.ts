import type { Figure, Layer, Point } from "../../../src/experiments/figure.ts";

type Row = readonly (string | number | undefined)[];

/** The numbers of a figure: one line a point, at full precision. */
export function figureCsv(figure: Figure): string {
  const rows = figure.panels.flatMap((panel) =>
    panel.layers.flatMap((layer) => layerRows(layer).map((row) => [panel.title ?? panel.y.label, ...row])),
  );
  return csv([["panel", "series", "kind", "x", "y", "low", "high"], ...rows]);
}

/** Series, kind, x, y, low, high. */
function layerRows(layer: Layer): Row[] {
  const { kind, series } = layer;
  if (kind === "rule") {
    const [x, y] = layer.axis === "x" ? [layer.value, undefined] : [undefined, layer.value];
    return [[series, kind, x, y, undefined, undefined]];
  }
  if (kind === "band") return layer.points.map(({ x, low, high }) => [series, kind, x, undefined, low, high]);
  return (layer.points as readonly Point[]).map(({ x, y, low, high }) => [series, kind, x, y, low, high]);
}

/** RFC 4180. */
export function csv(rows: readonly Row[]): string {
  return rows.map((row) => `${row.map(cell).join(",")}\r\n`).join("");
}

function cell(value: string | number | undefined): string {
  const text = value === undefined ? "" : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
