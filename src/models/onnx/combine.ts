/** Sums, products, quotients and powers of what the network computes. */
import { silu } from "../activations.ts";
import { activation as elementwise } from "../network/operations/activation.ts";
import { affine } from "../network/operations/affine.ts";
import { dense } from "../network/operations/dense.ts";
import { layerNorm } from "../network/operations/layerNorm.ts";
import { multiply } from "../network/operations/multiply.ts";
import { sizeOf } from "../network/shape.ts";
import { matchGelu } from "./gelu.ts";
import { matchLayerNorm } from "./layerNorm.ts";
import { fixedNumbers, operands, together, withConstant, withWeight } from "./operands.ts";
import { activation, apply, type Translation } from "./translation.ts";
import {
  type Activation,
  type Made,
  madeBy,
  missing,
  type OnnxValue,
  scalarOf,
  Unsupported,
  type Weight,
} from "./value.ts";
import { reshapeWeight } from "./weightView.ts";

type Combine = (made: Made, translation: Translation) => OnnxValue;

const combinations = new Map<string, Combine>([
  ["Add", sum],
  ["Sub", difference],
  ["Mul", product],
  ["Div", quotient],
  ["Pow", power],
]);

export function combine(made: Made, translation: Translation): OnnxValue {
  const known = pattern(made, translation);
  if (known) return { ...known, made };
  if (made.inputs.some(({ kind }) => kind === "missing")) return missing(made);
  const combination = combinations.get(made.by);
  if (!combination) throw new Unsupported(`${made.by} of what the network computes`);
  const result = combination(made, translation);
  return result.kind === "activation" ? { ...result, made } : result;
}

function pattern(made: Made, translation: Translation): Activation | undefined {
  if (made.by === "Mul") {
    const found = matchGelu(made);
    // a factor that is 1 but for the rounding of float32
    const factor = found && Math.abs(found.factor - 1) > 1e-6 ? found.factor : 1;
    return found && scale(apply(translation, elementwise(found.f), found.x), factor, translation);
  }
  const found = made.by === "Div" ? matchLayerNorm(made) : undefined;
  return found && apply(translation, layerNorm({ ...found, affine: false }), found.x);
}

function sum(made: Made, translation: Translation): Activation {
  const { x, other } = operands(made, translation);
  if (other.kind === "constant") return withConstant(x, other.tensor, "shift", translation);
  if (other.kind === "activation") return together("Add", x, other, translation);
  return denseWithBias(x, other, translation) ?? withWeight("Add", x, other, translation);
}

function product(made: Made, translation: Translation): Activation {
  const { x, other } = operands(made, translation);
  if (other.kind === "constant") return withConstant(x, other.tensor, "scale", translation);
  if (other.kind === "weight") return withWeight("Mul", x, other, translation);
  for (const [input, gate] of [
    [x, other],
    [other, x],
  ]) {
    if (madeBy(gate, "Sigmoid")?.inputs[0] === input) return apply(translation, elementwise(silu), input);
  }
  return together("Mul", x, other, translation);
}

/** An initializer that is subtracted or divides is a constant: what normalises data, not what is trained. */
function difference({ inputs: [a, b] }: Made, translation: Translation): Activation {
  const { parameters } = translation;
  const subtracted = fixedNumbers(b);
  if (subtracted) {
    const opposite = { ...subtracted, data: subtracted.data.map((value) => -value) };
    return withConstant(parameters.asActivation(a, "Sub"), opposite, "shift", translation);
  }
  const opposite = scale(parameters.asActivation(b, "Sub"), -1, translation);
  const from = fixedNumbers(a);
  if (from) return withConstant(opposite, from, "shift", translation);
  return together("Add", parameters.asActivation(a, "Sub"), opposite, translation);
}

function quotient(made: Made, translation: Translation): OnnxValue {
  const [a, b] = made.inputs;
  const divisor = fixedNumbers(b);
  if (!divisor) return missing(made, "Div by what the network computes");
  const inverse = { ...divisor, data: divisor.data.map((value) => 1 / value) };
  return withConstant(translation.parameters.asActivation(a, "Div"), inverse, "scale", translation);
}

function power(made: Made, translation: Translation): OnnxValue {
  const [base, exponent] = made.inputs;
  const number = scalarOf(exponent);
  if (number === undefined || base.kind === "constant") return missing(made, "Pow by what is no number");
  const x = translation.parameters.asActivation(base, "Pow");
  const { builder } = translation;
  const times = (y: Activation) => activation(builder.apply(multiply(), [x.value, y.value]));
  if (number === 1) return x;
  if (number === 2) return times(x);
  if (number === 3) return times(times(x));
  return missing(made, `Pow with exponent ${number}`);
}

/** s·x by a number. */
export function scale(x: Activation, factor: number, translation: Translation): Activation {
  return factor === 1 ? x : apply(translation, affine({ scale: factor }), x);
}

/** The dense layer that x is, with this bias. */
function denseWithBias(x: Activation, weight: Weight, translation: Translation): Activation | undefined {
  const width = x.value.shape.at(-1);
  const fits = weight.shape.length <= x.value.shape.length && weight.shape.at(-1) === width;
  const vector =
    x.dense && fits && sizeOf(weight.shape) === width ? reshapeWeight(weight, [width]) : undefined;
  const index = vector && translation.parameters.index(vector, "bias");
  if (!x.dense || index === undefined) return undefined;
  const { input, weight: matrix } = x.dense;
  return activation(translation.builder.apply(dense(), [input], [matrix, index]));
}
