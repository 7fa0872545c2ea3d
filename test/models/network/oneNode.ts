import type { FloatArray } from "../../../src/linalg/matrix.ts";
import { plainVectorMath } from "../../../src/linalg/plainVectorMath.ts";
import type { Precision } from "../../../src/linalg/vectorMath.ts";
import type { Operation, Point, Rule } from "../../../src/models/network/operation.ts";
import { type Shape, sizeOf } from "../../../src/models/network/shape.ts";
import { naiveKernels } from "../../reference/naiveKernels.ts";

export interface NodeValues {
  readonly operation: Operation;
  /** Shape and values of each input, any number of samples. */
  readonly inputs: readonly (readonly [Shape, ArrayLike<number>])[];
  readonly parameters?: readonly (readonly [Shape, ArrayLike<number>])[];
  readonly precision?: Precision;
}

/** One operation by itself: its output's shape, its rule, and the point after `forward`. */
export function runNode({ operation, inputs, parameters = [], precision = "float64" }: NodeValues): {
  shape: Shape;
  rule: Rule;
  point: Point;
  array(values: ArrayLike<number>): FloatArray;
} {
  const array = (values: ArrayLike<number>) =>
    precision === "float32" ? Float32Array.from(values) : Float64Array.from(values);
  const shapes = [inputs, parameters].map((tensors) => tensors.map(([shape]) => shape));
  const shape = operation.outputShape(shapes[0], shapes[1]);
  const count = inputs[0][1].length / sizeOf(inputs[0][0]);
  const context = { kernels: naiveKernels, math: plainVectorMath, precision, capacity: count };
  const rule = operation.bind(shapes[0], shapes[1], context);
  const point: Point = {
    count,
    inputs: inputs.map(([, values]) => array(values)),
    parameters: parameters.map(([, values]) => array(values)),
    output: array(new Float64Array(count * sizeOf(shape)).fill(Number.NaN)),
  };
  rule.forward(point);
  return { shape, rule, point, array };
}
