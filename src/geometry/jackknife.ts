import type { Alignment } from "./alignment.ts";
import { type Interval, studentInterval } from "./interval.ts";
import { doubledLoss, doubledLosses } from "./loss.ts";
import { squaredNorm } from "./perSample.ts";
import type { GeometryPoint } from "./point.ts";
import type { Undefined } from "./undefined.ts";

export interface AlignmentIntervals {
  readonly covariance: Interval;
  readonly secondMoment: Interval;
}

/**
 * Delete-one jackknife 95 % intervals of μ and μ₁ over the samples (Efron & Stein 1981): how much the numbers would
 * move if the n samples were drawn again. They speak of the metric at this sample size, not of its limit n → ∞.
 * All n leave-one-out values together cost (n·C)² time.
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
  const mean = leftOut.reduce((sum, value) => sum + value / count, 0);
  const squares = leftOut.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return studentInterval(estimate, Math.sqrt(((count - 1) / count) * squares), count - 1);
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
  const { samples: n, outputs, gram, residuals } = point;
  const size = residuals.length;
  const secondMoment = { total: 0, touching: new Float64Array(n) };
  const geometry = { total: 0, touching: new Float64Array(n) };
  const image = new Float64Array(size);
  const part = new Float64Array(outputs);
  const blockOf = (j: number, i: number): { image: number; geometry: number } => {
    let geometrySum = 0;
    for (let a = 0; a < outputs; a++) {
      part[a] = 0;
      const start = (j * outputs + a) * size + i * outputs;
      for (let c = 0; c < outputs; c++) {
        const value = gram.data[start + c];
        part[a] += value * residuals[i * outputs + c];
        geometrySum += value * value;
      }
    }
    return { image: squaredNorm(part), geometry: geometrySum };
  };
  for (let j = 0; j < n; j++) {
    for (let i = 0; i < n; i++) {
      const sums = blockOf(j, i);
      for (let a = 0; a < outputs; a++) image[j * outputs + a] += part[a];
      add(secondMoment, i, j, sums.image);
      add(geometry, i, j, sums.geometry);
    }
  }
  const gradientImage = new Float64Array(n);
  for (let k = 0; k < n; k++) {
    for (let j = 0; j < n; j++) {
      if (j === k) continue;
      blockOf(j, k);
      for (let a = 0; a < outputs; a++) gradientImage[k] += (image[j * outputs + a] - part[a]) ** 2;
    }
  }
  return { secondMoment, geometry, gradientImage };
}

function add(sums: { total: number; touching: Float64Array }, i: number, j: number, value: number): void {
  sums.total += value;
  sums.touching[i] += value;
  if (i !== j) sums.touching[j] += value;
}
