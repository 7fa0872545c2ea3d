import type { Panel } from "../../experiments/figure.ts";
import { type PanelShapes, panelShapes } from "./shapes.ts";
import { textWidth, wrapText } from "./text.ts";
import { axisTicks, type Ticks } from "./ticks.ts";

/** Text sizes of a panel, in pixels. */
export const PANEL_TITLE = { size: 12.5, leading: 16, weight: "bold", anchor: "start" } as const;
export const Y_LABEL = { size: 12, leading: 15, anchor: "start" } as const;
export const X_LABEL = { size: 12, leading: 15, anchor: "middle" } as const;
export const TICK = { size: 11, length: 5 } as const;

/** Between the label of the vertical axis and the top of the axes. */
export const ABOVE_AXES = 9;
/** What the tick labels of the horizontal axis take. */
export const BELOW_AXES = TICK.length + TICK.size + 7;

/**
 * A panel's content and the room its axes need at either side; panels of one column share the larger
 * margins.
 */
export interface PanelAxes {
  readonly panel: Panel;
  readonly shapes: PanelShapes;
  readonly yTicks: Ticks;
  readonly left: number;
  readonly right: number;
}

/** @param width of the whole panel; @param height of its axes alone, both in pixels */
export function panelAxes(panel: Panel, width: number, height: number): PanelAxes {
  const shapes = panelShapes(panel);
  const yTicks = axisTicks(panel.y, shapes.y, Math.max(2, Math.floor(height / 36)));
  const left = Math.ceil(Math.max(18, widestLabel(yTicks))) + TICK.length + 5;
  const right = Math.ceil(Math.max(12, widestLabel(fittingTicks(panel, shapes, width - left)) / 2));
  return { panel, shapes, yTicks, left, right };
}

/** A panel with its texts broken into lines and its ticks thinned to the room they have. */
export interface PanelLayout extends PanelAxes {
  readonly width: number;
  readonly titleLines: readonly string[];
  readonly xLabel: readonly string[];
  readonly yLabel: readonly string[];
  readonly xTicks: Ticks;
}

/** Lays a panel out within the margins of its column. */
export function panelLayout(axes: PanelAxes, left: number, right: number, width: number): PanelLayout {
  const { panel, shapes } = axes;
  return {
    ...axes,
    left,
    right,
    width,
    titleLines: wrapText(panel.title ?? "", width, PANEL_TITLE.size, "bold"),
    xLabel: wrapText(panel.x.label, width - left - right, X_LABEL.size),
    yLabel: wrapText(panel.y.label, width, Y_LABEL.size),
    xTicks: fittingTicks(panel, shapes, width - left - right),
  };
}

/** As many ticks as stand side by side without touching. */
function fittingTicks(panel: Panel, shapes: PanelShapes, width: number): Ticks {
  for (let count = Math.max(2, Math.floor(width / 55)); ; count--) {
    const ticks = axisTicks(panel.x, shapes.x, count);
    if (count <= 2 || ticks.major.length * (widestLabel(ticks) + 12) <= width) return ticks;
  }
}

function widestLabel(ticks: Ticks): number {
  return Math.max(0, ...ticks.major.map(({ label }) => textWidth(label, TICK.size)));
}

/** Heights in pixels that the panels of one row share, so that their axes line up. */
export interface RowHeights {
  readonly title: number;
  readonly yLabel: number;
  readonly axes: number;
  readonly xLabel: number;
}

/** The tallest of each part over the panels of a row. */
export function rowHeights(row: readonly PanelLayout[], axes: number): RowHeights {
  const most = (lines: (panel: PanelLayout) => readonly string[]) =>
    Math.max(...row.map((panel) => lines(panel).length));
  return {
    title: most((panel) => panel.titleLines) * PANEL_TITLE.leading,
    yLabel: most((panel) => panel.yLabel) * Y_LABEL.leading,
    axes,
    xLabel: most((panel) => panel.xLabel) * X_LABEL.leading,
  };
}

/** Height of a whole row, texts and axes. */
export function rowHeight({ title, yLabel, axes, xLabel }: RowHeights): number {
  return title + yLabel + ABOVE_AXES + axes + BELOW_AXES + xLabel;
}
