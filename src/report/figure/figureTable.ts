import type { Figure, Layer, Panel } from "../../experiments/figure.ts";

type Cell = number | string | null;

/** What a figure draws, one row a point: the numbers to read it by, or to draw it anew. */
export interface FigureTable extends Readonly<Record<string, readonly Cell[]>> {
  readonly panel: readonly string[];
  readonly series: readonly string[];
  readonly kind: readonly string[];
}

interface FigureRow {
  readonly panel: string;
  readonly series: string;
  readonly kind: Layer["kind"];
  readonly x: number | null;
  readonly y: number | null;
  readonly low: number | null;
  readonly high: number | null;
}

/**
 * Every point of every layer, in the order of drawing. An interval or a band stands in `low` and `high`, a rule in the one
 * coordinate that it fixes; what a layer lacks, and what is not finite, is null.
 */
export function figureTable({ panels }: Figure): FigureTable {
  const rows = panels.flatMap((panel, index) =>
    panel.layers.flatMap((layer) => layerRows(panel, index, layer)),
  );
  const column = <K extends keyof FigureRow>(name: K) => rows.map((row) => row[name]);
  return {
    panel: column("panel"),
    series: column("series"),
    kind: column("kind"),
    x: column("x"),
    y: column("y"),
    low: column("low"),
    high: column("high"),
  };
}

function layerRows(panel: Panel, index: number, layer: Layer): FigureRow[] {
  const name = panel.title ?? String(index + 1);
  const row = (place: { x?: number; y?: number; low?: number; high?: number }): FigureRow => ({
    panel: name,
    series: layer.series,
    kind: layer.kind,
    x: finite(place.x),
    y: finite(place.y),
    low: finite(place.low),
    high: finite(place.high),
  });
  return layer.kind === "rule" ? [row({ [layer.axis]: layer.value })] : layer.points.map(row);
}

function finite(value: number | undefined): number | null {
  return value !== undefined && Number.isFinite(value) ? value : null;
}

/** A table (columns of equal length) as CSV (RFC 4180): a line of names, full double precision, nothing for null. */
export function encodeCsv(table: FigureTable): string {
  const names = Object.keys(table);
  const length = table.panel.length;
  const lines = Array.from({ length }, (_, row) => names.map((name) => field(table[name][row])).join(","));
  return [names.join(","), ...lines, ""].join("\r\n");
}

function field(cell: Cell): string {
  const text = cell === null ? "" : String(cell);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
