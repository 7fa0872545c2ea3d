import { type Activation, type Made, madeBy, type OnnxValue, scalarOf } from "./value.ts";

/**
 * Layer norm as exporters before opset 17 write it, (x − mean x)/√(mean (x − mean x)² + ε): undefined for other
 * quotients. `axes` are how many of the last axes are normalised.
 */
export function matchLayerNorm(
  quotient: Made,
): { readonly x: Activation; readonly axes: number; readonly epsilon: number } | undefined {
  const [centred, deviation] = quotient.inputs;
  const centre = centredInput(centred);
  const sum = madeBy(rootInput(deviation), "Add");
  if (!centre || !sum) return undefined;
  const [variance, epsilon] = scalarOf(sum.inputs[1]) === undefined ? sum.inputs.toReversed() : sum.inputs;
  const mean = madeBy(variance, "ReduceMean");
  const squared = centredInput(squareInput(mean?.inputs[0]));
  const { x, axes } = centre;
  const number = scalarOf(epsilon);
  const same = squared?.x === x && sameAxes(squared.axes, axes) && sameAxes(mean?.axes, axes);
  const rank = x.value.shape.length;
  const last = axes.every((axis, k) => axis === rank - axes.length + k);
  return same && last && number !== undefined ? { x, axes: axes.length, epsilon: number } : undefined;
}

/** x and the axes of x − mean x. */
function centredInput(value: OnnxValue | undefined) {
  const [x, subtracted] = madeBy(value, "Sub")?.inputs ?? [];
  const mean = madeBy(subtracted, "ReduceMean");
  return mean?.axes && mean.inputs[0] === x && x.kind === "activation" ? { x, axes: mean.axes } : undefined;
}

function rootInput(value: OnnxValue): OnnxValue | undefined {
  const power = madeBy(value, "Pow");
  if (power && scalarOf(power.inputs[1]) === 0.5) return power.inputs[0];
  return madeBy(value, "Sqrt")?.inputs[0];
}

function squareInput(value: OnnxValue | undefined): OnnxValue | undefined {
  const power = madeBy(value, "Pow");
  if (power && scalarOf(power.inputs[1]) === 2) return power.inputs[0];
  const product = madeBy(value, "Mul");
  return product?.inputs[0] === product?.inputs[1] ? product?.inputs[0] : undefined;
}

function sameAxes(a: readonly number[] | undefined, b: readonly number[]): boolean {
  return a?.length === b.length && a.every((axis, k) => axis === b[k]);
}
