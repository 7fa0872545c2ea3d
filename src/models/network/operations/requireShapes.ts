import { InputError } from "../../../inputError.ts";
import { describeShape, type Shape, sameShape } from "../shape.ts";
import { stretchesTo } from "./broadcast.ts";

/** The common shape of two inputs. Throws an InputError where they differ. */
export function requireSameShape(operation: string, [a, b]: readonly Shape[]): Shape {
  if (!sameShape(a, b)) {
    throw new InputError(
      `${operation}: expected two inputs of one shape, got ${describeShape(a)} and ${describeShape(b)}`,
    );
  }
  return a;
}

/** Throws an InputError unless a tensor stretches to the input's shape by broadcasting. */
export function requireStretches(operation: string, shape: Shape, input: Shape): void {
  if (!stretchesTo(shape, input)) {
    throw new InputError(
      `${operation}: expected a tensor that broadcasts to the input's shape ${describeShape(input)}, got ${describeShape(shape)}`,
    );
  }
}

/** Throws an InputError unless these are different axes of the shape. */
export function requireAxes(operation: string, axes: readonly number[], shape: Shape): void {
  const fits = axes.every((axis, k) => shape[axis] !== undefined && axes.indexOf(axis) === k);
  if (!fits) {
    throw new InputError(
      `${operation}: expected different axes between 0 and ${shape.length - 1} of an input of shape ${describeShape(shape)}, got ${axes.join(", ")}`,
    );
  }
}
