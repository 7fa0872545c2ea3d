import type { ScalarFunction } from "../linalg/vectorMath.ts";
import { normalCdf, normalDensity } from "./normalDistribution.ts";

/** An elementwise nonlinearity σ and what is known of its slopes. */
export interface Activation extends ScalarFunction {
  /** For people and messages: "relu", "leakyReLU(0.1)". */
  readonly name: string;
  /** [α,β] ∋ σ'(z) for every z, as narrow as can be: the [α,β] of docs/theory.md §3 (b). */
  readonly slopeBounds: { readonly lower: number; readonly upper: number };
}

/** Beyond ± this e^−|z| is 0: z times it is then 0 for infinite z as well. */
const vanished = 800;

/** z itself. */
export const identity: Activation = {
  name: "identity",
  kind: "identity",
  piecewiseLinear: true,
  value: (z) => z,
  derivative: () => 1,
  secondDerivative: () => 0,
  slopeBounds: { lower: 1, upper: 1 },
};

/** max(z, 0); its derivative at 0 is taken as 0, as PyTorch does. */
export const relu: Activation = {
  name: "relu",
  kind: "relu",
  piecewiseLinear: true,
  value: (z) => Math.max(z, 0),
  derivative: (z) => (z > 0 ? 1 : 0),
  secondDerivative: () => 0,
  slopeBounds: { lower: 0, upper: 1 },
};

/** z for z > 0 and slope·z below. Throws a RangeError unless 0 < slope ≤ 1. */
export function leakyReLU(slope: number): Activation {
  requireSlope("leakyReLU", slope);
  return {
    name: `leakyReLU(${slope})`,
    kind: "leakyReLU",
    piecewiseLinear: true,
    slope,
    value: (z) => (z > 0 ? z : slope * z),
    derivative: (z) => (z > 0 ? 1 : slope),
    secondDerivative: () => 0,
    slopeBounds: { lower: slope, upper: 1 },
  };
}

/** slope·z + (1 − slope)·softplus(z): smooth, with slopes in (slope, 1). Throws a RangeError unless 0 < slope ≤ 1. */
export function smoothLeaky(slope: number): Activation {
  requireSlope("smoothLeaky", slope);
  return {
    name: `smoothLeaky(${slope})`,
    kind: "smoothLeaky",
    value: (z) => slope * z + (1 - slope) * softplus.value(z),
    derivative: (z) => slope + (1 - slope) * logistic(z),
    secondDerivative: (z) => (1 - slope) * logisticSlope(z),
    slopeBounds: { lower: slope, upper: 1 },
  };
}

/** 1/(1 + e^−z). */
export const sigmoid: Activation = {
  name: "sigmoid",
  kind: "sigmoid",
  value: logistic,
  derivative: logisticSlope,
  secondDerivative: logisticBend,
  slopeBounds: { lower: 0, upper: 1 / 4 },
};

/** log(1 + e^z). */
export const softplus: Activation = {
  name: "softplus",
  kind: "softplus",
  value: (z) => Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z))),
  derivative: logistic,
  secondDerivative: logisticSlope,
  slopeBounds: { lower: 0, upper: 1 },
};

/** 2·sigmoid(2z) − 1. */
export const tanh: Activation = {
  name: "tanh",
  kind: "tanh",
  value: Math.tanh,
  // 1 − tanh² without its cancellation.
  derivative: (z) => 4 * logisticSlope(2 * z),
  secondDerivative: (z) => 8 * logisticBend(2 * z),
  slopeBounds: { lower: 0, upper: 1 },
};

/** Where silu is steepest: z·tanh(z/2) = 2, so that σ'' = 0. */
const siluSteepest = 2.399357280515468;

/** z·sigmoid(z) (Elfwing, Uchibe, Doya 2017). σ'(−z) = 1 − σ'(z). */
export const silu: Activation = {
  name: "silu",
  kind: "silu",
  value: (z) => Math.max(z, -vanished) * logistic(z),
  derivative: siluSlope,
  secondDerivative: (z) => 2 * logisticSlope(z) + bounded(z) * logisticBend(z),
  slopeBounds: { lower: 1 - siluSlope(siluSteepest), upper: siluSlope(siluSteepest) },
};

const geluSteepest = normalCdf(Math.SQRT2) + Math.SQRT2 * normalDensity(Math.SQRT2);

/**
 * zΦ(z), with the exact Φ (Hendrycks, Gimpel 2016). Its slope is extreme where σ'' = (2 − z²)φ vanishes, at z = ±√2, and
 * σ'(−z) = 1 − σ'(z).
 */
export const gelu: Activation = {
  name: "gelu",
  kind: "gelu",
  value: (z) => Math.max(z, -vanished) * normalCdf(z),
  derivative: (z) => normalCdf(z) + bounded(z) * normalDensity(z),
  secondDerivative: (z) => (2 - bounded(z) ** 2) * normalDensity(z),
  slopeBounds: { lower: 1 - geluSteepest, upper: geluSteepest },
};

/** Where geluTanh is steepest: the root of σ'', found numerically. */
const geluTanhSteepest = 1.418504008790818;

/** ½z(1 + tanh(√(2/π)(z + 0.044715 z³))): the approximation of gelu (Hendrycks, Gimpel 2016) that many networks use. */
export const geluTanh: Activation = {
  name: "geluTanh",
  kind: "geluTanh",
  value: (z) => Math.max(z, -vanished) * logistic(gate(bounded(z)).value),
  derivative: geluTanhSlope,
  secondDerivative: (z) => {
    const at = bounded(z);
    const { value, slope, bend } = gate(at);
    return logisticSlope(value) * (2 * slope + at * bend) + at * logisticBend(value) * slope ** 2;
  },
  slopeBounds: { lower: 1 - geluTanhSlope(geluTanhSteepest), upper: geluTanhSlope(geluTanhSteepest) },
};

function bounded(z: number): number {
  return Math.max(-vanished, Math.min(z, vanished));
}

function logistic(z: number): number {
  const decay = Math.exp(-Math.abs(z));
  return z > 0 ? 1 / (1 + decay) : decay / (1 + decay);
}

function logisticSlope(z: number): number {
  const decay = Math.exp(-Math.abs(z));
  return decay / (1 + decay) ** 2;
}

function logisticBend(z: number): number {
  return -logisticSlope(z) * Math.tanh(z / 2);
}

function siluSlope(z: number): number {
  return logistic(z) + bounded(z) * logisticSlope(z);
}

/** geluTanh is z·sigmoid(w) with this w, its slope and its second derivative. */
function gate(z: number) {
  const scale = Math.sqrt(8 / Math.PI);
  const cubic = 0.044715;
  return {
    value: scale * z * (1 + cubic * z * z),
    slope: scale * (1 + 3 * cubic * z * z),
    bend: 6 * scale * cubic * z,
  };
}

function geluTanhSlope(z: number): number {
  const at = bounded(z);
  const { value, slope } = gate(at);
  return logistic(value) + at * logisticSlope(value) * slope;
}

function requireSlope(name: string, slope: number): void {
  if (!(slope > 0 && slope <= 1)) throw new RangeError(`${name}: expected a slope in (0, 1], got ${slope}`);
}
