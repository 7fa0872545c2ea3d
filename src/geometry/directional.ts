import type { Matrix } from "../linalg/matrix.ts";
import { entry } from "../linalg/matrix.ts";
import type { Alignment } from "./alignment.ts";
import { doubledLosses, noLoss } from "./loss.ts";
import { type GeometryPoint, powerOfTwoBelow } from "./point.ts";
import { flatDirection, type Undefined } from "./undefined.ts";

/**
 * Directional alignment over the subspace spanned by orthonormal v_1 … v_m, given their images z_j = J v_j as the
 * columns of an n·C × m matrix: g(P) = Tr(PΣ)/(2L·Tr(PG)) and g₁(P) with Σ₁ [WW, the definition of g; docs/theory.md §2].
 * One column gives g(v) = vᵀΣv/(2L·vᵀGv), where v need not be normalised. Throws a RangeError on another row count.
 */
export function directionalAlignment(
  point: GeometryPoint,
  images: Matrix<Float64Array>,
): Alignment | Undefined {
  const { samples, outputs, residuals } = point;
  if (images.rows !== residuals.length) {
    throw new RangeError(`images: expected ${residuals.length} rows (samples × outputs), got ${images.rows}`);
  }
  const loss = doubledLosses(point);
  if (loss === 0) return noLoss(point);
  const unscale = 1 / powerOfTwoBelow(largestEntry(images));
  const slopes = new Float64Array(samples);
  let centred = 0;
  let raw = 0;
  let curvature = 0;
  for (let j = 0; j < images.columns; j++) {
    let mean = 0;
    let at = images.offset + j * images.columnStride;
    for (let i = 0; i < samples; i++) {
      let slope = 0;
      for (let c = 0; c < outputs; c++, at += images.rowStride) {
        const z = images.data[at] * unscale;
        slope += residuals[i * outputs + c] * z;
        curvature += z * z;
      }
      slopes[i] = slope;
      mean += slope;
    }
    mean /= samples;
    for (let i = 0; i < samples; i++) {
      centred += (slopes[i] - mean) ** 2;
      raw += slopes[i] ** 2;
    }
  }
  if (curvature === 0) return flatDirection;
  const unit = samples / (loss * curvature);
  return { covariance: centred * unit, secondMoment: raw * unit };
}

/** g and g₁ along every column of `images` on its own. */
export function directionalAlignments(
  point: GeometryPoint,
  images: Matrix<Float64Array>,
): readonly (Alignment | Undefined)[] {
  return Array.from({ length: images.columns }, (_, j) =>
    directionalAlignment(point, { ...images, columns: 1, offset: images.offset + j * images.columnStride }),
  );
}

function largestEntry(images: Matrix<Float64Array>): number {
  let max = 0;
  for (let i = 0; i < images.rows; i++) {
    for (let j = 0; j < images.columns; j++) {
      const magnitude = Math.abs(entry(images, i, j));
      if (!(magnitude < Infinity))
        throw new RangeError(`images: expected finite numbers, got ${magnitude} at (${i},${j})`);
      if (magnitude > max) max = magnitude;
    }
  }
  return max;
}
