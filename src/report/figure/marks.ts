import * as Plot from "@observablehq/plot";
import type { Palette } from "./palette.ts";
import type { SeriesStyle } from "./series.ts";
import type { Shape } from "./shapes.ts";

/** Marker radius in pixels: full size for a handful of points, small once they form a cloud. */
function markerRadius(count: number): number {
  if (count <= 80) return 4;
  return count <= 400 ? 2.8 : 1.8;
}

/** One shape as the marks of Observable Plot, clipped to the frame where it could leave it. */
export function shapeMarks(
  shape: Shape,
  style: SeriesStyle,
  hatchId: string,
  palette: Palette,
): Plot.Markish[] {
  const { colour, dash } = style;
  const place = { x: "x", y: "y" };
  const span = { x: "x", y1: "low", y2: "high" };
  switch (shape.kind) {
    case "band": {
      const outline = { stroke: colour, strokeWidth: 0.9, strokeOpacity: 0.75, clip: true };
      return [
        Plot.areaY(shape.points, { ...span, fill: colour, fillOpacity: 0.14, clip: true }),
        Plot.areaY(shape.points, { ...span, fill: `url(#${hatchId})`, clip: true }),
        Plot.line(shape.points, { x: "x", y: "low", ...outline }),
        Plot.line(shape.points, { x: "x", y: "high", ...outline }),
      ];
    }
    case "bars":
      return [Plot.ruleX(shape.points, { ...span, stroke: colour, strokeWidth: 1.4, clip: true })];
    case "path":
      return [
        Plot.line(shape.points, {
          ...place,
          stroke: colour,
          strokeWidth: 2,
          strokeDasharray: dash,
          clip: true,
        }),
      ];
    case "joint":
      return [
        Plot.line(shape.points, {
          ...place,
          stroke: colour,
          strokeWidth: 1.3,
          strokeDasharray: dash,
          clip: true,
        }),
      ];
    case "markers":
      return [
        Plot.dot(shape.points, {
          ...place,
          ...markerStyle(style, markerRadius(shape.points.length), palette),
        }),
      ];
    case "rule": {
      const options = { stroke: colour, strokeWidth: 1.3, strokeDasharray: dash };
      return [shape.axis === "x" ? Plot.ruleX([shape.value], options) : Plot.ruleY([shape.value], options)];
    }
  }
}

/** The look of one series' markers, for the panels and the legend alike. */
export function markerStyle(
  { marker, colour }: SeriesStyle,
  radius: number,
  palette: Palette,
): Plot.DotOptions {
  const base = { symbol: marker.symbol, r: radius };
  switch (marker.look) {
    case "filled":
      // A halo keeps overlapping markers apart.
      return { ...base, fill: colour, stroke: palette.paper, strokeWidth: radius > 2 ? 0.8 : 0.3 };
    case "hollow":
      return { ...base, fill: palette.paper, stroke: colour, strokeWidth: Math.min(1.7, radius / 2) };
    case "strokes":
      return { ...base, stroke: colour, strokeWidth: Math.min(2, radius / 2) };
  }
}
