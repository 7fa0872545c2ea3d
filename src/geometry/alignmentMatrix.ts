import type { Kernels } from "../linalg/kernels/kernels.ts";
import { type Matrix, matrix, mirrorLower, type SymmetricMatrix } from "../linalg/matrix.ts";
import { doubledLosses, noLoss } from "./loss.ts";
import { type GeometryPoint, powerOfTwoBelow } from "./point.ts";
import { flatDirection, type Undefined } from "./undefined.ts";

/**
 * The noise covariance in directions v_1 … v_m, relative to 2L·G on its diagonal: the m×m matrix with entries
 * v_kᵀΣv_l/(2L·√(v_kᵀGv_k · v_lᵀGv_l)), given the images z_k = J v_k as the columns of an n·C × m matrix. Its diagonal is g(v_k);
 * along eigenvectors of G it is the identity where Σ = 2L·G (docs/theory.md §2). Throws a RangeError on another row count.
 */
export function alignmentMatrix(
  point: GeometryPoint,
  images: Matrix<Float64Array>,
  kernels: Kernels,
): SymmetricMatrix | Undefined {
  const { samples: n, outputs, residuals } = point;
  if (images.rows !== residuals.length) {
    throw new RangeError(`images: expected ${residuals.length} rows (samples × outputs), got ${images.rows}`);
  }
  const loss = doubledLosses(point);
  if (loss === 0) return noLoss(point);
  /** Row k is (r_iᵀz_ki − their mean)/‖z_k‖ over the samples i. */
  const slopes = matrix(images.columns, n);
  const z = new Float64Array(residuals.length);
  for (let k = 0; k < images.columns; k++) {
    let largest = 0;
    for (let a = 0; a < z.length; a++) {
      z[a] = images.data[images.offset + a * images.rowStride + k * images.columnStride];
      largest = Math.max(largest, Math.abs(z[a]));
    }
    if (largest === 0) return flatDirection;
    const unscale = 1 / powerOfTwoBelow(largest);
    const own = slopes.data.subarray(k * n, (k + 1) * n);
    let squares = 0;
    let mean = 0;
    for (let a = 0; a < z.length; a++) {
      const value = z[a] * unscale;
      squares += value * value;
      own[Math.floor(a / outputs)] += residuals[a] * value;
    }
    for (let i = 0; i < n; i++) mean += own[i] / n;
    const norm = Math.sqrt(squares);
    for (let i = 0; i < n; i++) own[i] = (own[i] - mean) / norm;
  }
  const result = matrix(images.columns, images.columns);
  kernels.syrk(n / loss, slopes, 0, result);
  mirrorLower(result);
  return result;
}
