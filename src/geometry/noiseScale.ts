import { type Matrix, row } from "../linalg/matrix.ts";
import type { Interval } from "./interval.ts";
import { jackknife } from "./jackknife.ts";
import { gradientProduct, squaredNorm } from "./perSample.ts";
import { type GeometryPoint, powerOfTwoBelow } from "./point.ts";
import { isDefined, type Undefined } from "./undefined.ts";

/** The batch size at which the noise of a gradient is as long as the gradient, with its interval. */
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
 * of more samples by about Tr Σ/n: a value that is not small against n says little of a larger data set. The interval is
 * undefined for fewer than 3 samples, and where one left out leaves no gradient or no noise; all of it where ∇L = 0 to rounding.
 */
export function gradientNoiseScale(point: GeometryPoint): GradientNoiseScale | Undefined {
  const { samples: n } = point;
  const squares = Float64Array.from({ length: n }, (_, i) => gradientProduct(point, i, i));
  const distances = new Float64Array(n);
  const overlaps = squares.slice();
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) {
      const product = gradientProduct(point, i, j);
      const distance = Math.max(squares[i] + squares[j] - 2 * product, 0);
      distances[i] += distance;
      distances[j] += distance;
      overlaps[i] += product;
      overlaps[j] += product;
    }
  }
  return scaleOf({ squares, distances, overlaps });
}

/**
 * The same from the gradients g_i themselves, one a row, in any orthonormal basis: the cheaper side when they are shorter
 * than n.
 */
export function momentNoiseScale(gradients: Matrix<Float64Array>): GradientNoiseScale | Undefined {
  const { rows: n, columns } = gradients;
  const largest = gradients.data.reduce((max, value) => Math.max(max, Math.abs(value)), 0);
  // the ratio does not depend on the scale; squares could overflow
  const unit = 1 / powerOfTwoBelow(largest);
  const rows = Array.from({ length: n }, (_, i) => row(gradients, i).map((value) => value * unit));
  const mean = new Float64Array(columns);
  for (const own of rows) for (let k = 0; k < columns; k++) mean[k] += own[k] / n;
  const deviations = rows.map((own) => own.reduce((sum, value, k) => sum + (value - mean[k]) ** 2, 0));
  const spread = deviations.reduce((sum, value) => sum + value, 0);
  return scaleOf({
    squares: Float64Array.from(rows, squaredNorm),
    distances: Float64Array.from(deviations, (value) => n * value + spread),
    overlaps: Float64Array.from(rows, (own) => n * own.reduce((sum, value, k) => sum + value * mean[k], 0)),
  });
}

interface GradientProducts {
  /** ‖g_i‖² */
  readonly squares: Float64Array;
  /** Σ_j ‖g_i − g_j‖² */
  readonly distances: Float64Array;
  /** Σ_j g_iᵀg_j */
  readonly overlaps: Float64Array;
}

function scaleOf({ squares, distances, overlaps }: GradientProducts): GradientNoiseScale | Undefined {
  const n = squares.length;
  const sizes = squares.reduce((sum, value) => sum + value, 0);
  const distance = distances.reduce((sum, value) => sum + value / 2, 0);
  const gradient = overlaps.reduce((sum, value) => sum + value, 0);
  const ratio = (spread: number, length: number, count: number): number | Undefined =>
    length > 4 * Number.EPSILON * count * sizes ? spread / length : zeroGradient;
  const value = ratio(distance, gradient, n);
  if (!isDefined(value)) return value;
  if (n < 3)
    return {
      value,
      interval: { undefined: `an interval over samples needs at least 3 of them, got ${n}` },
    };
  const leftOut = Array.from({ length: n }, (_, k) =>
    ratio(distance - distances[k], gradient - 2 * overlaps[k] + squares[k], n - 1),
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
