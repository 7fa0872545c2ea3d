import type { Figure, Layer } from "../../../src/experiments/figure.ts";

type Row = readonly (string | number | undefined)[];

/** The numbers of a figure: one line a point, at full precision. */
export function figureCsv(figure: Figure): string {
  const rows = figure.panels.flatMap((panel) =>
    panel.layers.flatMap((layer) => layerRows(layer).map((row) => [panel.title ?? panel.y.label, ...row])),
  );
  return csv([["panel", "series", "kind", "x", "y", "low", "high"], ...rows]);
}

function layerRows(layer: Layer): Row[] {
  const { kind, series } = layer;
  if (kind === "rule") {
    return [layer.axis === "x" ? [series, kind, layer.value] : [series, kind, undefined, layer.value]];
  }
  if (kind === "band") return layer.points.map(({ x, low, high }) => [series, kind, x, undefined, low, high]);
  return layer.points.map((point) => [
    series,
    kind,
    point.x,
    point.y,
    ...("low" in point ? [point.low, point.high] : []),
  ]);
}

/** RFC 4180. */
export function csv(rows: readonly Row[]): string {
  return rows.map((row) => `${row.map(cell).join(",")}\r\n`).join("");
}

function cell(value: string | number | undefined): string {
  const text = value === undefined ? "" : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
