import type { Alignment } from "./alignment.ts";
import { type Interval, studentInterval } from "./interval.ts";
import { doubledLoss, doubledLosses } from "./loss.ts";
import { forEachGradientImage, gradientImageSum, squaredNorm } from "./perSample.ts";
import { type GeometryPoint, powerOfTwoBelow } from "./point.ts";
import type { Undefined } from "./undefined.ts";

/** 95 % intervals over the samples, of μ (`covariance`) and μ₁ (`secondMoment`). */
export interface AlignmentIntervals {
  readonly covariance: Interval;
  readonly secondMoment: Interval;
}

/**
 * Delete-one jackknife 95 % intervals of μ and μ₁ over the samples (Efron & Stein 1981): how much the numbers would
 * move if the n samples were drawn again. They speak of the metric at this sample size, not of its limit n → ∞.
 * `alignment` is the `lossAlignment` of the same point. All n leave-one-out values together cost (n·C)² time. Undefined for
 * fewer than 3 samples, and where one left out leaves L = 0 or G = 0.
 */
export function lossAlignmentIntervals(
  point: GeometryPoint,
  alignment: Alignment,
): AlignmentIntervals | Undefined {
  if (point.samples < 3)
    return { undefined: `an interval over samples needs at least 3 of them, got ${point.samples}` };
  const values = leaveOneOut(point);
  if (values.some((value) => !Number.isFinite(value.covariance))) {
    return { undefined: "leaving out one sample leaves a zero loss or a zero Jacobian" };
  }
  return {
    covariance: jackknife(
      alignment.covariance,
      values.map((value) => value.covariance),
    ),
    secondMoment: jackknife(
      alignment.secondMoment,
      values.map((value) => value.secondMoment),
    ),
  };
}

/** estimate ± t·standard error of n values, each with one sample left out. */
export function jackknife(estimate: number, leftOut: readonly number[]): Interval {
  const count = leftOut.length;
  // of saturated outputs μ may be 1e200, whose square is no number
  const scale = powerOfTwoBelow(leftOut.reduce((most, value) => Math.max(most, Math.abs(value)), 0));
  const mean = leftOut.reduce((sum, value) => sum + value / scale / count, 0);
  const squares = leftOut.reduce((sum, value) => sum + (value / scale - mean) ** 2, 0);
  return studentInterval(estimate, scale * Math.sqrt(((count - 1) / count) * squares), count - 1);
}

/** μ and μ₁ with each sample left out in turn, by taking that sample's rows and columns out of every sum. */
function leaveOneOut(point: GeometryPoint): Alignment[] {
  const { samples: n } = point;
  const sums = pairSums(point);
  const loss = doubledLosses(point);
  return Array.from({ length: n }, (_, k) => {
    const second = sums.secondMoment.total - sums.secondMoment.touching[k];
    const geometry = sums.geometry.total - sums.geometry.touching[k];
    const unit = 1 / ((loss - doubledLoss(point, k)) * geometry);
    const secondMoment = (n - 1) * second * unit;
    return { secondMoment, covariance: secondMoment - sums.gradientImage[k] * unit };
  });
}

interface PairSums {
  /** Σ_ij ‖K_ji r_i‖², and for each k the part with i = k or j = k. */
  readonly secondMoment: { readonly total: number; readonly touching: Float64Array };
  /** Σ_ij ‖K_ij‖_F², likewise. */
  readonly geometry: { readonly total: number; readonly touching: Float64Array };
  /** ‖K r‖² with sample k left out of both the sum and the norm. */
  readonly gradientImage: Float64Array;
}

function pairSums(point: GeometryPoint): PairSums {
  const { samples: n, outputs, gram } = point;
  const size = n * outputs;
  const secondMoment = { total: 0, touching: new Float64Array(n) };
  const geometry = { total: 0, touching: new Float64Array(n) };
  const gradientImage = new Float64Array(n);
  const sum = gradientImageSum(point);
  forEachGradientImage(point, (k, image) => {
    let rest = 0;
    for (let j = 0; j < n; j++) {
      let square = 0;
      let without = 0;
      for (let a = j * outputs; a < (j + 1) * outputs; a++) {
        square += image[a] * image[a];
        const left = sum[a] - image[a];
        without += left * left;
      }
      secondMoment.total += square;
      secondMoment.touching[k] += square;
      if (j === k) continue;
      secondMoment.touching[j] += square;
      rest += without;
    }
    gradientImage[k] = rest;
    // K is symmetric: what touches k is its rows and, but for its own block, once more as columns
    let rows = 0;
    let own = 0;
    for (let a = k * outputs; a < (k + 1) * outputs; a++) {
      const row = gram.data.subarray(a * size, (a + 1) * size);
      rows += squaredNorm(row);
      own += squaredNorm(row.subarray(k * outputs, (k + 1) * outputs));
    }
    geometry.total += rows;
    geometry.touching[k] = 2 * rows - own;
  });
  return { secondMoment, geometry, gradientImage };
}
