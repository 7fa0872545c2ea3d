import type { Matrix } from "../linalg/matrix.ts";
import type { Alignment } from "./alignment.ts";
import { doubledLosses, noLoss } from "./loss.ts";
import { powerOfTwoBelow, type ResidualPoint } from "./point.ts";
import { flatDirection, type Undefined } from "./undefined.ts";

/**
 * Directional alignment over the subspace spanned by orthonormal v_1 … v_m, given their images z_j = J v_j as the
 * columns of an n·C × m matrix: g(P) = Tr(PΣ)/(2L·Tr(PG)) and g₁(P) with Σ₁ [WW, the definition of g; docs/theory.md §2].
 * One column gives g(v) = vᵀΣv/(2L·vᵀGv), where v need not be normalised. Undefined where L = 0 or every image is 0. Throws a
 * RangeError on another row count and on an image that is not finite.
 */
export function directionalAlignment(
  point: ResidualPoint,
  images: Matrix<Float64Array>,
): Alignment | Undefined {
  const { samples } = point;
  requireRows(point, images);
  const loss = doubledLosses(point);
  if (loss === 0) return noLoss(point);
  let largest = 0;
  for (let j = 0; j < images.columns; j++) largest = Math.max(largest, largestAlong(images, j));
  const moments = new Float64Array(3);
  const slopes = new Float64Array(samples);
  for (let j = 0; j < images.columns; j++) addMoments(point, images, j, largest, slopes, moments);
  return alignment(samples, loss, moments);
}

/** g and g₁ along every column of `images` (n·C × m) on its own: m results. Undefined and throws as `directionalAlignment`. */
export function directionalAlignments(
  point: ResidualPoint,
  images: Matrix<Float64Array>,
): readonly (Alignment | Undefined)[] {
  const { samples } = point;
  requireRows(point, images);
  const loss = doubledLosses(point);
  if (loss === 0) return Array.from({ length: images.columns }, () => noLoss(point));
  const moments = new Float64Array(3);
  const slopes = new Float64Array(samples);
  return Array.from({ length: images.columns }, (_, j) => {
    addMoments(point, images, j, largestAlong(images, j), slopes, moments.fill(0));
    return alignment(samples, loss, moments);
  });
}

function requireRows({ residuals }: ResidualPoint, images: Matrix<Float64Array>): void {
  if (images.rows === residuals.length) return;
  throw new RangeError(`images: expected ${residuals.length} rows (samples × outputs), got ${images.rows}`);
}

function alignment(
  samples: number,
  loss: number,
  [centred, raw, curvature]: Float64Array,
): Alignment | Undefined {
  if (curvature === 0) return flatDirection;
  const unit = samples / (loss * curvature);
  return { covariance: centred * unit, secondMoment: raw * unit };
}

/**
 * moments += Σ_i (s_i − s̄)², Σ_i s_i² and ‖z‖² with s_i = r_iᵀz_i the slopes along column j, over the power of two below
 * `largest`. Written, as `largestAlong`, for a first call that is fast too: thousands of columns are one measurement.
 */
function addMoments(
  { samples, outputs, residuals }: ResidualPoint,
  { data, offset, rowStride, columnStride }: Matrix<Float64Array>,
  j: number,
  largest: number,
  slopes: Float64Array,
  moments: Float64Array,
): void {
  const unscale = 1 / powerOfTwoBelow(largest);
  let centred = 0;
  let raw = 0;
  let curvature = 0;
  let mean = 0;
  let at = offset + j * columnStride;
  for (let i = 0, k = 0; i < samples; i++) {
    let slope = 0;
    for (let c = 0; c < outputs; c++, k++, at += rowStride) {
      const z = data[at] * unscale;
      slope += residuals[k] * z;
      curvature += z * z;
    }
    slopes[i] = slope;
    mean += slope;
  }
  mean /= samples;
  for (let i = 0; i < samples; i++) {
    const deviation = slopes[i] - mean;
    centred += deviation * deviation;
    raw += slopes[i] * slopes[i];
  }
  moments[0] += centred;
  moments[1] += raw;
  moments[2] += curvature;
}

function largestAlong(
  { data, rows, offset, rowStride, columnStride }: Matrix<Float64Array>,
  j: number,
): number {
  let largest = 0;
  for (let i = 0, at = offset + j * columnStride; i < rows; i++, at += rowStride) {
    const magnitude = Math.abs(data[at]);
    if (!(magnitude < Infinity)) {
      throw new RangeError(`images: expected finite numbers, got ${magnitude} at (${i},${j})`);
    }
    if (magnitude > largest) largest = magnitude;
  }
  return largest;
}
