import type { Interval } from "./interval.ts";
import { jackknife } from "./jackknife.ts";
import { gradientProduct } from "./perSample.ts";
import type { GeometryPoint } from "./point.ts";
import { isDefined, type Undefined } from "./undefined.ts";

export interface GradientNoiseScale {
  /** Tr Σ/‖∇L‖², in samples. */
  readonly value: number;
  /** 95 % over the samples. */
  readonly interval: Interval | Undefined;
}

const zeroGradient: Undefined = {
  undefined: "the gradient is zero to rounding: the gradients of the samples cancel",
};

/**
 * The simple noise scale Tr Σ/‖∇L‖² of the n samples (McCandlish, Kaplan, Amodei et al. 2018): the batch size at which
 * the noise of a gradient is as long as the gradient. With D = Σ_{i>j} ‖g_i − g_j‖² it is D/‖Σ g_i‖², so it keeps its
 * digits where the gradients nearly agree.
 *
 * The interval is a delete-one jackknife of its logarithm. It speaks of the n samples at hand, whose ‖∇L‖² exceeds that
 * of more samples by about Tr Σ/n: a value that is not small against n says little of a larger data set.
 */
export function gradientNoiseScale(point: GeometryPoint): GradientNoiseScale | Undefined {
  const { samples: n } = point;
  const own = Float64Array.from({ length: n }, (_, i) => gradientProduct(point, i, i));
  const squares = own.reduce((sum, value) => sum + value, 0);
  /** Of each sample its part in D, and Σ_j g_iᵀg_j. */
  const distances = new Float64Array(n);
  const overlaps = own.slice();
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) {
      const product = gradientProduct(point, i, j);
      const distance = Math.max(own[i] + own[j] - 2 * product, 0);
      distances[i] += distance;
      distances[j] += distance;
      overlaps[i] += product;
      overlaps[j] += product;
    }
  }
  const distance = distances.reduce((sum, value) => sum + value / 2, 0);
  const gradient = overlaps.reduce((sum, value) => sum + value, 0);
  const ratio = (spread: number, length: number, count: number): number | Undefined =>
    length > 4 * Number.EPSILON * count * squares ? spread / length : zeroGradient;
  const value = ratio(distance, gradient, n);
  if (!isDefined(value)) return value;
  if (n < 3)
    return {
      value,
      interval: { undefined: `an interval over samples needs at least 3 of them, got ${n}` },
    };
  const leftOut = Array.from({ length: n }, (_, k) =>
    ratio(distance - distances[k], gradient - 2 * overlaps[k] + own[k], n - 1),
  );
  return { value, interval: logarithmicInterval(value, leftOut) };
}

/** The jackknife interval of the logarithm, back on the scale of the value: it stays positive. */
function logarithmicInterval(value: number, leftOut: readonly (number | Undefined)[]): Interval | Undefined {
  const positive = leftOut.filter(isDefined).filter((other) => other > 0);
  if (!(value > 0) || positive.length < leftOut.length) {
    return { undefined: "leaving out one sample leaves no gradient or no noise" };
  }
  const { low, high } = jackknife(Math.log(value), positive.map(Math.log));
  return { low: Math.exp(low), high: Math.exp(high) };
}
