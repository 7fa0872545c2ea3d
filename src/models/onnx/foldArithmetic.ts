import { broadcastShape } from "./axes.ts";
import { broadcastTensor, type NumberType, type Tensor } from "./tensor.ts";

type Numbers = (a: number, b: number) => number;

/** Arithmetic on constants, by ONNX operator. Integers divide towards zero. */
const results: Readonly<Record<string, { readonly of: Numbers; readonly type?: NumberType }>> = {
  Add: { of: (a, b) => a + b },
  Sub: { of: (a, b) => a - b },
  Mul: { of: (a, b) => a * b },
  Div: { of: (a, b) => a / b },
  Pow: { of: (a, b) => a ** b },
  Mod: { of: (a, b) => a - b * Math.floor(a / b) },
  Min: { of: Math.min },
  Max: { of: Math.max },
  Equal: { of: (a, b) => Number(a === b), type: "boolean" },
  Less: { of: (a, b) => Number(a < b), type: "boolean" },
  Greater: { of: (a, b) => Number(a > b), type: "boolean" },
  And: { of: (a, b) => a * b },
  Or: { of: Math.max },
};

export const foldedOperators = Object.keys(results);

export function foldBinary(operator: string, a: Tensor, b: Tensor): Tensor {
  const shape = broadcastShape(a.shape, b.shape);
  const [left, right] = [a, b].map((tensor) => broadcastTensor(tensor, shape).data);
  const { of, type = a.type } = results[operator];
  const whole = type === "integer" ? Math.trunc : (x: number) => x;
  return { type, shape, data: left.map((value, k) => whole(of(value, right[k]))) };
}

/** Elements of `yes` where the condition holds, else of `no`. */
export function foldWhere(condition: Tensor, yes: Tensor, no: Tensor): Tensor {
  const shape = broadcastShape(broadcastShape(condition.shape, yes.shape), no.shape);
  const [holds, a, b] = [condition, yes, no].map((tensor) => broadcastTensor(tensor, shape).data);
  return { type: yes.type, shape, data: holds.map((value, k) => (value === 0 ? b[k] : a[k])) };
}
