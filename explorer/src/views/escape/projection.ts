import type { Axis } from "../../../../src/experiments/figure.ts";
import type { Cloud, Frame } from "./cloud.ts";
import type { Settings } from "./fields.ts";
import type { Clouds } from "./simulation.ts";

/** How the picture maps trajectories to its frame: [0, 1]² with y upwards. */
export interface Projection {
  readonly axes: Settings["axes"];
  readonly across: Settings["across"];
  readonly x: FramedAxis;
  readonly y: FramedAxis;
}

interface FramedAxis extends Axis {
  readonly domain: readonly [number, number];
}

/** Of the flat directions together: sizes only; of one of them: with its sign. */
const labels = {
  log: {
    x: "|w₁|, along the sharpest direction u₁ (units of the start)",
    rest: "√(Σ_{i>1} λ_i w_i²/λ₁), all flat directions (the same units)",
    one: "|w_j|, along one flat direction u_j (units of the start)",
  },
  normalised: {
    x: "w₁, along the sharpest direction u₁ (units of the median size)",
    rest: "√(Σ_{i>1} λ_i w_i²/λ₁), all flat directions (the same units)",
    one: "w_j, along one flat direction u_j (units of the median size)",
  },
};

/** Sizes at the ends of a logarithmic axis that floats can still tell, as log₁₀. */
const widest = 250;

export function projectionOf(
  { sgd, descent }: Clouds,
  axes: Settings["axes"],
  across: Settings["across"],
): Projection {
  const label = labels[axes];
  if (axes === "normalised") {
    return {
      axes,
      across,
      x: { label: label.x, scale: "linear", domain: [-3, 3] },
      y: { label: label[across], scale: "linear", domain: across === "rest" ? [-0.15, 3] : [-3, 3] },
    };
  }
  return {
    axes,
    across,
    x: { label: label.x, scale: "log", domain: extent([sgd, descent], "sharp") },
    y: { label: label[across], scale: "log", domain: extent([sgd, descent], across) },
  };
}

/** Room for nearly all trajectories at all steps, in powers of ten; GD may leave downwards, where it loses what is flat. */
function extent(clouds: readonly Cloud[], key: "sharp" | "rest" | "one"): [number, number] {
  const [sgd, all] = [clouds[0], clouds.flat()];
  const lows = [...sgd.map(({ range }) => range[key][0]), ...all.map(({ median }) => median[key] - 1)];
  const low = Math.min(0, ...lows.filter(Number.isFinite));
  const high = Math.max(0, ...all.map(({ range }) => range[key][1]).filter(Number.isFinite));
  // no more than three times as far down as up
  const floor = Math.max(low, -Math.max(6, 3 * high));
  return [10 ** Math.max(-widest, floor - 0.1), 10 ** Math.min(widest, high + 0.3)];
}

/** Where the trajectories of a frame are, x and y in turn, from 0 to 1 within the picture. */
export function positionsOf(frame: Frame, projection: Projection): Float32Array {
  const sizes = frame[projection.across];
  const count = sizes.length;
  const positions = new Float32Array(2 * count);
  const placeX = placement(projection.x);
  const placeY = placement(projection.y);
  const normalised = projection.axes === "normalised";
  const unit = frame.median.size;
  for (let t = 0; t < count; t++) {
    const [x, y] = [frame.sharp[t], sizes[t]];
    if (normalised) {
      positions[2 * t] = placeX(frame.signs.sharp[t] * 10 ** (x - unit));
      positions[2 * t + 1] = placeY(
        (projection.across === "one" ? frame.signs.one[t] : 1) * 10 ** (y - unit),
      );
    } else {
      positions[2 * t] = placeX(x);
      positions[2 * t + 1] = placeY(y);
    }
  }
  return positions;
}

/** From log₁₀ of a size on a logarithmic axis, and from the value itself on a linear one, to [0, 1]. */
function placement({ scale, domain }: FramedAxis): (value: number) => number {
  const [low, high] = scale === "log" ? domain.map(Math.log10) : domain;
  return (value) => (value - low) / (high - low);
}

/** From a value in the axis's units to [0, 1], for its ticks. */
export function placeOnAxis(axis: FramedAxis, value: number): number {
  return placement(axis)(axis.scale === "log" ? Math.log10(value) : value);
}

/** The way of the median from the start to a step, x and y from 0 to 1: on logarithmic axes, which stay what they are. */
export function medianPath(
  cloud: Cloud,
  until: number,
  projection: Projection,
): readonly (readonly [number, number])[] {
  if (projection.axes === "normalised") return [];
  const [placeX, placeY] = [placement(projection.x), placement(projection.y)];
  return cloud
    .slice(0, until + 1)
    .map(({ median }) => [placeX(median.sharp), placeY(median[projection.across])] as const)
    .filter(([x, y]) => Number.isFinite(x) && Number.isFinite(y));
}
