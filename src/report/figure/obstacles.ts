import type { PlotDrawing } from "./plot.ts";
import type { PanelShapes, Place } from "./shapes.ts";

/** Pixels between two points taken on a line or a bar. */
const SPACING = 6;

/**
 * Points on everything a panel draws, in pixels, close enough together that a label which misses them misses
 * the data.
 */
export function obstaclePoints({ shapes }: PanelShapes, scale: Pick<PlotDrawing, "x" | "y">): Pixel[] {
  const pixel = (x: number, y: number) => [scale.x(x), scale.y(y)] as const;
  return shapes.flatMap((shape): Pixel[] => {
    switch (shape.kind) {
      case "markers":
        return shape.points.map(({ x, y }) => pixel(x, y));
      case "joint":
      case "path":
        return alongPath(shape.points.map(({ x, y }: Place) => pixel(x, y)));
      case "bars":
        return shape.points.flatMap(({ x, low, high }) => between(pixel(x, low), pixel(x, high)));
      case "band":
        return [
          ...alongPath(shape.points.map(({ x, low }) => pixel(x, low))),
          ...alongPath(shape.points.map(({ x, high }) => pixel(x, high))),
          ...shape.points.flatMap(({ x, low, high }) => between(pixel(x, low), pixel(x, high))),
        ];
      default:
        return [];
    }
  });
}

export type Pixel = readonly [number, number];

function alongPath(points: readonly Pixel[]): Pixel[] {
  return points.slice(1).flatMap((point, index) => between(points[index], point));
}

/** Nothing where either end is a gap. */
function between([x1, y1]: Pixel, [x2, y2]: Pixel): Pixel[] {
  const length = Math.hypot(x2 - x1, y2 - y1);
  if (!Number.isFinite(length)) return [];
  const steps = Math.max(1, Math.ceil(Math.min(length, 5000) / SPACING));
  return Array.from({ length: steps + 1 }, (_, step) => {
    const share = step / steps;
    return [x1 + share * (x2 - x1), y1 + share * (y2 - y1)] as const;
  });
}
