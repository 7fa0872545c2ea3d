import { expect } from "vitest";
import { entry, type Matrix, matrix } from "../../src/linalg/matrix.ts";
import type { HessianModel, Model } from "../../src/models/model.ts";
import type { RandomStream } from "../../src/random/stream.ts";
import { differenceJacobian } from "../reference/finiteDifference.ts";

/** The explicit Jacobian at θ, column by column: rows[i·C + c]. */
async function explicitJacobian(model: Model, theta: Float64Array): Promise<Float64Array[]> {
  const linearization = model.linearize(theta);
  const rows = Array.from(
    { length: model.samples * model.outputs },
    () => new Float64Array(model.parameters),
  );
  for (let j = 0; j < model.parameters; j++) {
    const column = await linearization.jvp(unit(model.parameters, j));
    for (const [k, value] of column.entries()) rows[k][j] = value;
  }
  return rows;
}

export function unit(length: number, index: number): Float64Array {
  const vector = new Float64Array(length);
  vector[index] = 1;
  return vector;
}

export function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let k = 0; k < a.length; k++) sum += a[k] * b[k];
  return sum;
}

export function expectClose(actual: number, expected: number, tolerance: number, what: string): void {
  const off = Math.abs(actual - expected);
  if (!(off <= tolerance)) expect.fail(`${what}: expected ${expected} ± ${tolerance}, got ${actual}`);
}

/**
 * The algebra every Model obeys at θ, whatever it computes: jvp, vjp and gram are J, Jᵀ and JJᵀ of one J; gradients
 * and losses of batches are means over their samples; what was linearised stays when the caller's θ moves on.
 * `rounding` is the tolerance in units of the last place of the sums compared.
 */
export async function expectLinearizationLaws(
  model: Model,
  theta: Float64Array,
  stream: RandomStream,
  rounding: number,
): Promise<void> {
  const jacobian = await explicitJacobian(model, theta);
  const size = model.samples * model.outputs;
  const moving = theta.slice();
  const linearization = model.linearize(moving);
  moving.fill(0.125);
  const ulp = rounding * Number.EPSILON;
  const { samples, outputs, parameters } = linearization;
  expect({ samples, outputs, parameters }).toEqual({
    samples: model.samples,
    outputs: model.outputs,
    parameters: model.parameters,
  });
  expect(linearization.residuals.length).toBe(size);

  const direction = stream.gaussians(new Float64Array(parameters));
  const image = await linearization.jvp(direction);
  const widest = Math.max(...jacobian.map((row) => Math.sqrt(dot(row, row))));
  const reach = Math.sqrt(dot(direction, direction)) * widest;
  for (const [k, row] of jacobian.entries())
    expectClose(image[k], dot(row, direction), ulp * reach, `jvp[${k}]`);

  const weights = stream.gaussians(new Float64Array(size));
  const gradient = await linearization.vjp(weights);
  expect(gradient.length).toBe(parameters);
  const pull = Math.sqrt(dot(weights, weights)) * widest;
  for (let j = 0; j < parameters; j++) {
    const column = jacobian.map((row) => row[j]);
    expectClose(gradient[j], dot(column, weights), ulp * pull, `vjp[${j}]`);
  }

  const gram = await linearization.gram();
  expect([gram.rows, gram.columns]).toEqual([size, size]);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < size; j++) {
      expectClose(entry(gram, i, j), dot(jacobian[i], jacobian[j]), ulp * widest ** 2, `gram(${i},${j})`);
      expect(entry(gram, i, j)).toBe(entry(gram, j, i));
    }
  }
  expectBatchLaws(model, theta, jacobian, linearization.residuals, stream, ulp);
}

function expectBatchLaws(
  model: Model,
  theta: Float64Array,
  jacobian: readonly Float64Array[],
  residuals: Float64Array,
  stream: RandomStream,
  ulp: number,
): void {
  const { samples, outputs, parameters } = model;
  const drawn = Int32Array.from({ length: 1 + stream.integer(2 * samples) }, () => stream.integer(samples));
  for (const batch of [drawn, Int32Array.from({ length: samples }, (_, i) => i)]) {
    const gradient = new Float64Array(parameters).fill(Number.NaN);
    const loss = model.gradient(theta, batch, gradient);
    const rows = [...batch].flatMap((i) => Array.from({ length: outputs }, (_, c) => i * outputs + c));
    const errors = rows.map((k) => residuals[k]);
    const widest = Math.max(...jacobian.map((row) => Math.sqrt(dot(row, row))));
    // a residual f − y is rounded in units of f, however much of f and y cancels
    const reach = Math.sqrt(dot(errors, errors)) + widest * Math.sqrt(dot(theta, theta) * rows.length);
    const lossTolerance = (ulp * Math.sqrt(dot(errors, errors)) * reach) / batch.length;
    expectClose(loss, dot(errors, errors) / (2 * batch.length), lossTolerance, "loss");
    const tolerance = ulp * reach * widest;
    for (let j = 0; j < parameters; j++) {
      const column = rows.map((k) => jacobian[k][j]);
      expectClose(gradient[j], dot(column, errors) / batch.length, tolerance, `gradient[${j}]`);
    }
  }
}

/** J is the derivative of the residuals. `magnitude` as in `differenceJacobian`. */
export async function expectDerivative(
  model: Model,
  theta: Float64Array,
  step: number,
  magnitude: number,
): Promise<void> {
  const jacobian = await explicitJacobian(model, theta);
  const differences = differenceJacobian((at) => model.linearize(at).residuals, theta, step, magnitude);
  for (const [k, row] of jacobian.entries()) {
    for (const [j, value] of row.entries()) {
      expectClose(value, differences.rows[k][j], differences.tolerances[k][j], `∂f_${k}/∂θ_${j}`);
    }
  }
}

/** hvp is the product with the derivative of ∇L, at what was linearised. `magnitude` as in `differenceJacobian`. */
export async function expectHessian(
  model: HessianModel,
  theta: Float64Array,
  step: number,
  magnitude: number,
): Promise<void> {
  const all = Int32Array.from({ length: model.samples }, (_, i) => i);
  const gradient = (at: Float64Array) => {
    const result = new Float64Array(model.parameters);
    model.gradient(at, all, result);
    return result;
  };
  const differences = differenceJacobian(gradient, theta, step, magnitude);
  const moving = theta.slice();
  const linearization = model.linearize(moving);
  moving.fill(0.125);
  for (let j = 0; j < model.parameters; j++) {
    const column = await linearization.hvp(unit(model.parameters, j));
    for (const [k, value] of column.entries()) {
      expectClose(value, differences.rows[k][j], differences.tolerances[k][j], `∂²L/∂θ_${k}∂θ_${j}`);
    }
  }
  expect(() => linearization.hvp(new Float64Array(model.parameters + 1))).toThrow(RangeError);
}

/** Wrong lengths and batches are programming errors, and say so. */
export function expectLengthErrors(model: Model, theta: Float64Array): void {
  const { parameters } = model;
  const size = model.samples * model.outputs;
  const linearization = model.linearize(theta);
  const whole = Int32Array.of(0);
  const gradient = new Float64Array(parameters);
  for (const wrong of [new Float64Array(parameters + 1), new Float64Array(parameters - 1)]) {
    expect(() => model.linearize(wrong)).toThrow(RangeError);
    expect(() => linearization.jvp(wrong)).toThrow(RangeError);
    expect(() => model.gradient(wrong, whole, gradient)).toThrow(RangeError);
    expect(() => model.gradient(theta, whole, wrong)).toThrow(RangeError);
  }
  expect(() => linearization.vjp(new Float64Array(size + 1))).toThrow(RangeError);
  expect(() => linearization.vjp(new Float64Array(size - 1))).toThrow(RangeError);
  expect(() => model.gradient(theta, Int32Array.of(), gradient)).toThrow(/at least one sample/);
  expect(() => model.gradient(theta, Int32Array.of(model.samples), gradient)).toThrow(
    /indices between 0 and/,
  );
  expect(() => model.gradient(theta, Int32Array.of(-1), gradient)).toThrow(/indices between 0 and/);
}

/** A Gaussian matrix with entries of deviation `scale`. */
export function gaussianMatrix(
  rows: number,
  columns: number,
  stream: RandomStream,
  scale = 1,
): Matrix<Float64Array> {
  return matrix(rows, columns, stream.gaussians(new Float64Array(rows * columns), scale));
}
