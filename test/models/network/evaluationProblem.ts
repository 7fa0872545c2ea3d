import { expect } from "vitest";
import type { FloatArray } from "../../../src/linalg/matrix.ts";
import { plainVectorMath } from "../../../src/linalg/plainVectorMath.ts";
import type { Precision } from "../../../src/linalg/vectorMath.ts";
import { type Evaluation, evaluate } from "../../../src/models/network/evaluation.ts";
import { type Graph, parameterCount } from "../../../src/models/network/graph.ts";
import { sizeOf } from "../../../src/models/network/shape.ts";
import type { RandomStream } from "../../../src/random/stream.ts";
import { naiveKernels } from "../../reference/naiveKernels.ts";
import { dot } from "../laws.ts";

/** A graph at a random point. */
export interface Problem {
  readonly graph: Graph;
  readonly count: number;
  readonly parameters: number;
  readonly outputs: number;
  readonly inputs: Float64Array;
  readonly theta: Float64Array;
  readonly stream: RandomStream;
  /** A fresh evaluation at the point. */
  at(theta?: Float64Array): Evaluation;
}

export function problem(
  graph: Graph,
  count: number,
  capacity: number,
  stream: RandomStream,
  inputs = stream.split("inputs").gaussians(new Float64Array(count * sizeOf(graph.input))),
): Problem {
  const parameters = parameterCount(graph);
  const start = stream.split("theta").gaussians(new Float64Array(parameters), 0.7);
  return {
    graph,
    count,
    parameters,
    outputs: count * sizeOf(graph.output.shape),
    inputs,
    theta: start,
    stream,
    at(theta = start) {
      const e = fresh(graph, capacity);
      e.input(count).set(inputs);
      e.forward(theta, count);
      return e;
    },
  };
}

export function fresh(
  graph: Graph,
  capacity: number,
  precision: Precision = "float64",
  math = plainVectorMath,
) {
  return evaluate(graph, { kernels: naiveKernels, math, precision, capacity });
}

export const norm = (v: ArrayLike<number>) => Math.sqrt(dot(v, v));

export function expectNear(actual: FloatArray, expected: FloatArray, tolerance: number, what: string): void {
  expect(actual.length).toBe(expected.length);
  const off = norm(actual.map((value, k) => value - expected[k]));
  if (!(off <= tolerance)) expect.fail(`${what}: off by ${off}, more than ${tolerance}`);
}

/** d/dt f(θ + t·v) by central differences with three steps, extrapolated twice. */
export function derivative(f: (theta: Float64Array) => FloatArray, theta: Float64Array, v: Float64Array) {
  const central = (h: number) => {
    const [up, down] = [h, -h].map((step) => f(theta.map((value, k) => value + step * v[k])));
    return Float64Array.from(up, (value, k) => (value - down[k]) / (2 * h));
  };
  const h = 2 ** -9 / Math.max(1, norm(v));
  const [coarse, middle, fine] = [central(h), central(h / 2), central(h / 4)];
  const extrapolated = (a: Float64Array, b: Float64Array, k: number) => (4 * b[k] - a[k]) / 3;
  return fine.map((_, k) => (16 * extrapolated(middle, fine, k) - extrapolated(coarse, middle, k)) / 15);
}
