import { InputError } from "../../inputError.ts";
import { describeShape, type Shape, sizeOf } from "../network/shape.ts";

/** An axis counted from the front; negative ones count from the end. `rank` itself is one too many. */
export function axisOf(axis: number, rank: number): number {
  const counted = axis < 0 ? axis + rank : axis;
  if (!(Number.isInteger(counted) && counted >= 0 && counted < rank)) {
    throw new InputError(`expected an axis between ${-rank} and ${rank - 1}, got ${axis}`);
  }
  return counted;
}

/** Different axes, counted from the front, ascending. */
export function axesOf(axes: readonly number[], rank: number): number[] {
  const counted = axes.map((axis) => axisOf(axis, rank)).sort((a, b) => a - b);
  if (new Set(counted).size !== counted.length) {
    throw new InputError(`expected different axes, got [${axes.join(", ")}]`);
  }
  return counted;
}

/** The shape that both stretch to as in NumPy. */
export function broadcastShape(a: Shape, b: Shape): Shape {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, axis) => {
    const [x, y] = [a, b].map((shape) => shape[axis + shape.length - rank] ?? 1);
    if (x !== y && x !== 1 && y !== 1) {
      throw new InputError(`expected shapes that broadcast, got ${describeShape(a)} and ${describeShape(b)}`);
    }
    return x === 1 ? y : x;
  });
}

/** The target of a Reshape: 0 keeps a length (unless `zeroIsZero`), −1 takes what is left. */
export function reshapeTarget(from: Shape, target: readonly number[], zeroIsZero: boolean): Shape {
  const shape = target.map((length, axis) => (length === 0 && !zeroIsZero ? (from[axis] ?? 0) : length));
  const free = shape.indexOf(-1);
  if (free < 0) return shape;
  const known = sizeOf(shape.with(free, 1));
  return shape.with(free, known > 0 ? sizeOf(from) / known : 0);
}
