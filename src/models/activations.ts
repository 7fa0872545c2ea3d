import { normalCdf, normalDensity } from "./normalDistribution.ts";

/** An elementwise nonlinearity σ and what is known of its slopes. */
export interface Activation {
  readonly name: string;
  /** σ(z) */
  value(z: number): number;
  /** σ'(z); at a kink, the slope on the left. */
  derivative(z: number): number;
  /** [α,β] ∋ σ'(z) for every z, as narrow as can be: the [α,β] of docs/theory.md §3 (b). */
  readonly slopeBounds: { readonly lower: number; readonly upper: number };
}

export const identity: Activation = {
  name: "identity",
  value: (z) => z,
  derivative: () => 1,
  slopeBounds: { lower: 1, upper: 1 },
};

export const relu: Activation = {
  name: "relu",
  value: (z) => Math.max(z, 0),
  derivative: (z) => (z > 0 ? 1 : 0),
  slopeBounds: { lower: 0, upper: 1 },
};

/** z for z > 0 and slope·z below. Throws a RangeError unless 0 < slope ≤ 1. */
export function leakyReLU(slope: number): Activation {
  requireSlope("leakyReLU", slope);
  return {
    name: `leakyReLU(${slope})`,
    value: (z) => (z > 0 ? z : slope * z),
    derivative: (z) => (z > 0 ? 1 : slope),
    slopeBounds: { lower: slope, upper: 1 },
  };
}

/** slope·z + (1 − slope)·softplus(z): smooth, with slopes in (slope, 1). Throws a RangeError unless 0 < slope ≤ 1. */
export function smoothLeaky(slope: number): Activation {
  requireSlope("smoothLeaky", slope);
  return {
    name: `smoothLeaky(${slope})`,
    value: (z) => slope * z + (1 - slope) * softplus.value(z),
    derivative: (z) => slope + (1 - slope) * logistic(z),
    slopeBounds: { lower: slope, upper: 1 },
  };
}

/** log(1 + e^z). */
export const softplus: Activation = {
  name: "softplus",
  value: (z) => Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z))),
  derivative: logistic,
  slopeBounds: { lower: 0, upper: 1 },
};

export const tanh: Activation = {
  name: "tanh",
  value: Math.tanh,
  // 1 − tanh² without its cancellation.
  derivative: (z) => {
    const decay = Math.exp(-2 * Math.abs(z));
    return (4 * decay) / (1 + decay) ** 2;
  },
  slopeBounds: { lower: 0, upper: 1 },
};

const geluSteepest = normalCdf(Math.SQRT2) + Math.SQRT2 * normalDensity(Math.SQRT2);

/** zΦ(z), with the exact Φ (Hendrycks, Gimpel 2016). Its slope is extreme where σ'' = (2 − z²)φ vanishes, at z = ±√2, and σ'(−z) = 1 − σ'(z). */
export const gelu: Activation = {
  name: "gelu",
  value: (z) => z * normalCdf(z),
  derivative: (z) => normalCdf(z) + z * normalDensity(z),
  slopeBounds: { lower: 1 - geluSteepest, upper: geluSteepest },
};

function logistic(z: number): number {
  const decay = Math.exp(-Math.abs(z));
  return z > 0 ? 1 / (1 + decay) : decay / (1 + decay);
}

function requireSlope(name: string, slope: number): void {
  if (!(slope > 0 && slope <= 1)) throw new RangeError(`${name}: expected a slope in (0, 1], got ${slope}`);
}
