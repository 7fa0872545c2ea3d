import type { Axis } from "../../experiments/figure.ts";

export type Domain = readonly [low: number, high: number];

/** Share of the range left free at either end, so that no marker sits on the frame. */
const PADDING = 0.04;

/** Beyond it, and on a log axis below its inverse, float64 cannot hold the width of a range. */
const LARGEST = 1e200;

/** Whether a value has a place on this axis: finite, and positive where the axis is logarithmic. */
export function isDrawable(axis: Axis, value: number): boolean {
  return Math.abs(value) <= LARGEST && (axis.scale === "linear" || value >= 1 / LARGEST);
}

/**
 * The range an axis shows: the fixed one where it is usable, else that of the drawable values with a little
 * room. Never empty: a single value stands in the middle, no value at all gives [0, 1] or [1, 10].
 */
export function axisDomain(axis: Axis, values: readonly number[]): Domain {
  if (axis.domain?.every((end) => isDrawable(axis, end))) {
    const [first, second] = axis.domain;
    const [low, high] = [Math.min(first, second), Math.max(first, second)];
    return isDegenerate(low, high) ? around(axis, low) : [low, high];
  }
  const drawable = values.filter((value) => isDrawable(axis, value));
  if (drawable.length === 0) return axis.scale === "log" ? [1, 10] : [0, 1];
  const low = drawable.reduce((least, value) => Math.min(least, value));
  const high = drawable.reduce((most, value) => Math.max(most, value));
  return isDegenerate(low, high) ? around(axis, low) : padded(axis, low, high);
}

/** Ends so close that float64 cannot hold the ticks between them count as one value. */
function isDegenerate(low: number, high: number): boolean {
  return high - low <= Math.max(1e-12 * Math.max(Math.abs(low), Math.abs(high)), 1 / LARGEST);
}

function around(axis: Axis, value: number): Domain {
  if (axis.scale === "log") return [value / 3, value * 3];
  const reach = Math.abs(value) < 1 / LARGEST ? 1 : Math.abs(value) / 2;
  return [value - reach, value + reach];
}

function padded(axis: Axis, low: number, high: number): Domain {
  if (axis.scale === "log") {
    const factor = Math.exp((Math.log(high) - Math.log(low)) * PADDING);
    return [low / factor, high * factor];
  }
  const room = (high - low) * PADDING;
  // Quantities that are nowhere negative get no negative stretch of axis.
  return [low >= 0 ? Math.max(0, low - room) : low - room, high + room];
}
