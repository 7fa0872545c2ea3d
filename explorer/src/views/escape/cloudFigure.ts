import type { Figure, Layer } from "../../../../src/experiments/figure.ts";
import type { Cloud, Frame } from "./cloud.ts";
import type { Projection } from "./projection.ts";
import type { Clouds } from "./simulation.ts";

export const cloudTitle = "Where the trajectories are";

/** What the picture shows at one step, as a figure for files. */
export function cloudFigure({ sgd, descent }: Clouds, step: number, projection: Projection): Figure {
  const { x, y, axes } = projection;
  const layer = (series: string, cloud: Cloud): Layer => {
    const [frame, { x: alongX, y: alongY }] = [cloud[step], projection];
    const inside = (value: number, [low, high]: readonly [number, number]) => value >= low && value <= high;
    return {
      kind: "points",
      series,
      points: valuesOf(frame, projection).filter(
        (point) => inside(point.x, alongX.domain) && inside(point.y, alongY.domain),
      ),
    };
  };
  return {
    id: "trajectories",
    title: `${cloudTitle} after ${step} steps`,
    caption:
      `${sgd[step].sharp.length} trajectories each of SGD and GD from the same starts w_0 ~ N(0, I), in the eigenbasis of G` +
      `${axes === "normalised" ? "; each method in units of the median of √(2L/λ₁) over its trajectories at this step" : ""}. ` +
      "What lies outside the frame is left out.",
    panels: [{ x, y, layers: [layer("SGD", sgd), layer("GD", descent)] }],
  };
}

function valuesOf(frame: Frame, { axes, across }: Projection): { x: number; y: number }[] {
  const sizes = frame[across];
  const isSigned = axes === "normalised";
  const unit = isSigned ? frame.median.size : 0;
  return Array.from(frame.sharp, (size, t) => ({
    x: (isSigned ? frame.signs.sharp[t] : 1) * 10 ** (size - unit),
    y: (isSigned && across === "one" ? frame.signs.one[t] : 1) * 10 ** (sizes[t] - unit),
  }));
}
