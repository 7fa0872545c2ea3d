import { gelu, geluTanh, type Activation as Nonlinearity } from "../activations.ts";
import { type Activation, type Made, madeBy, type OnnxValue, scalarOf } from "./value.ts";

interface Found {
  readonly f: Nonlinearity;
  readonly x: Activation;
  /** The product is this times f(x). */
  readonly factor: number;
}

/**
 * GELU as exporters before opset 20 write it: a product of x, numbers and a gate, 1 + erf(x/√2) or
 * 1 + tanh(√(2/π)(x + 0.044715x³)), in any order. Undefined for other products.
 */
export function matchGelu({ inputs }: Made): Found | undefined {
  return (
    matchFactors(inputs) ?? matchFactors(inputs.flatMap((value) => madeBy(value, "Mul")?.inputs ?? [value]))
  );
}

function matchFactors(factors: readonly OnnxValue[]): Found | undefined {
  const gates = factors.map((value) => gateOf(value));
  const gate = gates.findIndex((found) => found !== undefined);
  const { f, x } = gates[gate] ?? {};
  if (!f || !x) return undefined;
  let factor = 2;
  let found = 0;
  for (const [k, value] of factors.entries()) {
    if (k === gate) continue;
    const multiple = multipleOf(value, x);
    if (multiple !== undefined) found++;
    factor *= scalarOf(value) ?? multiple ?? Number.NaN;
  }
  return found === 1 && !Number.isNaN(factor) ? { f, x, factor } : undefined;
}

function gateOf(value: OnnxValue) {
  const [one, inner] = scalarFirst(madeBy(value, "Add")) ?? [];
  if (one !== 1) return undefined;
  const erf = madeBy(inner, "Erf")?.inputs[0];
  const x = erf ? rootOfTwo(erf) : cubicInput(madeBy(inner, "Tanh")?.inputs[0]);
  return x && { f: erf ? gelu : geluTanh, x };
}

/** The x of x/√2. */
function rootOfTwo(value: OnnxValue): Activation | undefined {
  const [number, x] = scalarFirst(madeBy(value, "Div", "Mul")) ?? [];
  if (number === undefined || x?.kind !== "activation") return undefined;
  return near(madeBy(value, "Div") ? number : 1 / number, Math.SQRT2) ? x : undefined;
}

/** The x of √(2/π)(x + 0.044715x³). */
function cubicInput(value: OnnxValue | undefined): Activation | undefined {
  const [slope, sum] = scalarFirst(madeBy(value, "Mul")) ?? [];
  const [a, b] = madeBy(sum, "Add")?.inputs ?? [];
  for (const [x, term] of [
    [a, b],
    [b, a],
  ]) {
    const [number, cube] = scalarFirst(madeBy(term, "Mul")) ?? [];
    if (x?.kind !== "activation" || !isCube(cube, x)) continue;
    if (near(slope, Math.sqrt(2 / Math.PI)) && near(number, 0.044715)) return x;
  }
  return undefined;
}

function isCube(value: OnnxValue | undefined, x: Activation): boolean {
  const power = madeBy(value, "Pow");
  if (power) return power.inputs[0] === x && scalarOf(power.inputs[1]) === 3;
  const factors = madeBy(value, "Mul")?.inputs ?? [];
  const square =
    madeBy(
      factors.find((factor) => factor !== x),
      "Mul",
    )?.inputs ?? [];
  return factors.includes(x) && square[0] === x && square[1] === x;
}

/** Constants may be rounded to float16. */
function near(value: number | undefined, expected: number): boolean {
  return value !== undefined && Math.abs(value / expected - 1) < 1e-3;
}

/** c where the value is x, or x times a number c. */
function multipleOf(value: OnnxValue, x: Activation): number | undefined {
  if (value === x) return 1;
  const [number, other] = scalarFirst(madeBy(value, "Mul")) ?? [];
  return other === x ? number : undefined;
}

/** The operands of a node on a number and something else (of a quotient, the number divides). */
function scalarFirst(made: Made | undefined): [number, OnnxValue] | undefined {
  if (!made) return undefined;
  const [a, b] = made.inputs;
  const [first, second] = [scalarOf(a), scalarOf(b)];
  if (second !== undefined) return [second, a];
  return first === undefined || made.by === "Div" ? undefined : [first, b];
}
