import * as Plot from "@observablehq/plot";
import { shapeMarks } from "./marks.ts";
import { obstaclePoints } from "./obstacles.ts";
import type { Palette } from "./palette.ts";
import {
  ABOVE_AXES,
  BELOW_AXES,
  PANEL_TITLE,
  type PanelLayout,
  type RowHeights,
  TICK,
  X_LABEL,
  Y_LABEL,
} from "./panelLayout.ts";
import { drawPlot } from "./plot.ts";
import { ruleLabels } from "./ruleLabels.ts";
import type { SeriesStyle } from "./series.ts";
import { element, moved, textBlock } from "./svg.ts";
import type { Ticks } from "./ticks.ts";

export interface PanelDrawing {
  readonly style: (series: string) => SeriesStyle;
  readonly hatchId: (series: string) => string;
  readonly clipId: string;
  readonly palette: Palette;
}

/**
 * One panel as SVG markup whose top left corner is the origin: title, label of the vertical axis, axes,
 * label of the other.
 */
export function drawPanel(layout: PanelLayout, heights: RowHeights, drawing: PanelDrawing): string {
  const { panel, shapes, width, left, right } = layout;
  const { palette } = drawing;
  const top = heights.title + heights.yLabel + ABOVE_AXES;
  const frame = { left, right: width - right, top, bottom: top + heights.axes };
  const plot = drawPlot(
    {
      width,
      height: frame.bottom + BELOW_AXES,
      marginLeft: left,
      marginRight: right,
      marginTop: top,
      marginBottom: BELOW_AXES,
      x: { type: panel.x.scale, domain: [...shapes.x] },
      y: { type: panel.y.scale, domain: [...shapes.y] },
      marks: [
        ...axisMarks(layout, palette),
        ...shapes.shapes.flatMap((shape) =>
          shapeMarks(shape, drawing.style(shape.series), drawing.hatchId(shape.series), palette),
        ),
      ],
    },
    drawing.clipId,
  );
  const rules = shapes.shapes.flatMap((shape) =>
    shape.kind === "rule"
      ? [{ label: shape.series, axis: shape.axis, at: plot[shape.axis](shape.value) }]
      : [],
  );
  const ink = { fill: palette.ink };
  const middle = (frame.left + frame.right) / 2;
  const title = textBlock(layout.titleLines, 0, PANEL_TITLE, ink);
  const yLabel = textBlock(layout.yLabel, 0, Y_LABEL, { ...ink, class: "y-label" });
  const xLabel = textBlock(layout.xLabel, middle, X_LABEL, { ...ink, class: "x-label" });
  return [
    title.svg,
    moved(yLabel.svg, 0, heights.title + heights.yLabel - yLabel.height),
    plot.markup,
    ruleLabels(rules, frame, obstaclePoints(shapes, plot), palette),
    shapes.shapes.length > 0 ? "" : emptiness(middle, (frame.top + frame.bottom) / 2, palette),
    moved(xLabel.svg, 0, frame.bottom + BELOW_AXES),
  ].join("");
}

function axisMarks({ xTicks, yTicks }: PanelLayout, palette: Palette): Plot.Markish[] {
  const values = (ticks: Ticks) => ticks.major.map(({ value }) => value);
  const major = (ticks: Ticks) => ({
    color: palette.muted,
    label: null,
    fontSize: TICK.size,
    tickSize: TICK.length,
    text: ticks.major.map(({ label }) => label),
  });
  const minor = { color: palette.muted, label: null, fill: "none", tickSize: 3 };
  const grid = { stroke: palette.grid, strokeOpacity: 1 };
  return [
    Plot.gridX(values(xTicks), grid),
    Plot.gridY(values(yTicks), grid),
    Plot.axisX(values(xTicks), major(xTicks)),
    Plot.axisY(values(yTicks), major(yTicks)),
    Plot.axisX(xTicks.minor, minor),
    Plot.axisY(yTicks.minor, minor),
    Plot.frame({ anchor: "bottom", stroke: palette.muted }),
    Plot.frame({ anchor: "left", stroke: palette.muted }),
  ];
}

function emptiness(x: number, y: number, palette: Palette): string {
  const halo = { stroke: palette.paper, "stroke-width": 6, "paint-order": "stroke" };
  return element("text", { x, y, fill: palette.muted, "font-size": 12, ...halo }, "nothing to draw");
}
