import type { Axis, Figure, Layer, Panel } from "../../../../src/experiments/figure.ts";
import { formatNumber } from "../../../../src/report/numbers.ts";
import type { ApiMetricsRow } from "../../../../src/serve/api.ts";
import type { Settings } from "./fields.ts";
import type { Curve, Quantity } from "./quantities.ts";
import { thinned } from "./thinned.ts";

/** A run by the name that tells it from the others. */
export interface ShownRun {
  readonly name: string;
  readonly rows: readonly ApiMetricsRow[];
  /** C, where the configuration says it and 2L is that of the square loss. */
  readonly outputs: number | undefined;
}

/** Up to so many measurements have markers, with bars for their intervals; more are a line in a band. */
const mostMarkers = 40;
/** More measurements of a curve are thinned out before they are drawn. */
const mostDrawn = 1200;

/** A quantity against the step: one run with all its curves in a panel, or several with a panel for each curve. */
export function metricsFigure(
  quantity: Quantity,
  runs: readonly ShownRun[],
  { steps, scale }: Pick<Settings, "steps" | "scale">,
): Figure {
  const x: Axis = { label: "step", scale: steps };
  const y: Axis = { label: quantity.label, scale: scale === "each" ? quantity.scale : scale };
  const curves = quantity.curves;
  const panel = (layers: readonly Layer[], title?: string): Panel => ({
    ...(title !== undefined && { title }),
    x,
    y,
    layers: [...layers, ...references(quantity, runs)],
  });
  const panels =
    runs.length === 1
      ? [panel(curves.flatMap((curve) => layersOf(runs[0].rows, curve, curve.name)))]
      : curves.map((curve) =>
          panel(
            runs.flatMap(({ rows, name }) => layersOf(rows, curve, name)),
            curves.length > 1 ? curve.name : undefined,
          ),
        );
  const longest = Math.max(
    0,
    ...runs.flatMap(({ rows }) => curves.map(({ column }) => measured(rows, column).length)),
  );
  const thinning =
    longest > mostDrawn
      ? ` Curves of more than ${formatNumber(mostDrawn)} measurements are drawn by the least and the greatest of every few.`
      : "";
  return {
    id: quantity.id,
    title: quantity.title,
    caption: `${quantity.caption}${perOutput(quantity, runs)}${thinning}`,
    panels,
  };
}

interface Measured {
  readonly x: number;
  readonly y: number;
  readonly low?: number;
  readonly high?: number;
}

function measured(rows: readonly ApiMetricsRow[], column: string, interval?: Curve["interval"]): Measured[] {
  return rows.flatMap((row): Measured[] => {
    const y = row[column];
    if (typeof y !== "number") return [];
    const [low, high] = interval ? [row[interval.low], row[interval.high]] : [];
    const bar = typeof low === "number" && typeof high === "number" ? { low, high } : {};
    return [{ x: row.step, y, ...bar }];
  });
}

function layersOf(
  rows: readonly ApiMetricsRow[],
  { column, interval }: Curve,
  series: string,
): readonly Layer[] {
  const points = measured(rows, column, interval);
  if (points.length <= mostMarkers) return [{ kind: "points", series, points, joined: true }];
  const line: Layer = { kind: "line", series, points: thinned(points, mostDrawn, ({ y }) => [y, y]) };
  const spans = points.flatMap(({ x, low, high }) =>
    low === undefined || high === undefined ? [] : [{ x, low, high }],
  );
  if (spans.length === 0) return [line];
  const band: Layer = {
    kind: "band",
    series,
    points: thinned(spans, mostDrawn, ({ low, high }) => [low, high]),
  };
  return [band, line];
}

/** Rules at 1, or at 1/C where every run has the same C. */
function references({ reference }: Quantity, runs: readonly ShownRun[]): readonly Layer[] {
  if (!reference) return [];
  if (!reference.isPerOutput) return [{ kind: "rule", series: `1: ${reference.words}`, axis: "y", value: 1 }];
  const outputs = new Set(runs.map((run) => run.outputs));
  const [C] = outputs;
  if (outputs.size !== 1 || C === undefined) return [];
  if (C === 1) return [{ kind: "rule", series: `1: ${reference.words}`, axis: "y", value: 1 }];
  return [{ kind: "rule", series: `1/${C}: Σ = (2L/${C})·G`, axis: "y", value: 1 / C }];
}

function perOutput({ reference }: Quantity, runs: readonly ShownRun[]): string {
  if (!reference?.isPerOutput || runs.every(({ outputs }) => outputs === 1)) return "";
  return " For C outputs and the square loss it is C times the value that compares with 1.";
}
