import type { Kernels } from "../linalg/kernels/kernels.ts";
import { block, type Matrix, matrix, mirrorLower, transpose } from "../linalg/matrix.ts";
import { squaredNorm } from "./perSample.ts";
import { type GeometryPoint, powerOfTwoBelow } from "./point.ts";
import { flatDirection, squareLossOnly, type Undefined, zeroGaussNewton } from "./undefined.ts";

/** The exact extremes that a metric takes over every nonzero residual vector allowed. */
export interface Extremes {
  readonly min: number;
  readonly max: number;
}

/**
 * Exact extremes of μ over all residuals r ≠ 0, whatever the targets: μ is a Rayleigh quotient in r, of
 * M = (n·blockdiag((K²)_ii) − K²)/‖K‖_F² (derived in docs/theory.md §3). With `subspace` (orthonormal columns,
 * n·C × m), r is held to its span: QᵀMQ; the range of X gives the residuals that linear targets can realise.
 * Costs (n·C)³. Undefined where G = 0, and for cross-entropy. Throws a RangeError on a subspace with another row count or
 * without columns.
 */
export async function lossAlignmentExtremes(
  point: GeometryPoint,
  kernels: Kernels,
  subspace?: Matrix<Float64Array>,
): Promise<Extremes | Undefined> {
  if (point.lossKind !== "mse") return squareLossOnly;
  const geometry = squaredNorm(point.gram.data);
  if (geometry === 0) return zeroGaussNewton;
  const form = await squaredGram(point, kernels);
  centreOverSamples(form, point);
  for (let i = 0; i < form.data.length; i++) form.data[i] /= geometry;
  return extremes(form, kernels, subspace);
}

/**
 * Exact extremes of g(v) over all residuals for a direction with image z = Jv (length n·C): the Rayleigh quotient of
 * (n·blockdiag(z_i z_iᵀ) − zzᵀ)/‖z‖² (docs/theory.md §3). Without a subspace the minimum is 0: residuals can always be
 * chosen so that every sample pulls equally along v. Undefined where z = 0, and for cross-entropy. Throws a RangeError as
 * `lossAlignmentExtremes` does, and on an image of another length or not finite.
 */
export async function directionalExtremes(
  point: GeometryPoint,
  image: Float64Array,
  kernels: Kernels,
  subspace?: Matrix<Float64Array>,
): Promise<Extremes | Undefined> {
  if (point.lossKind !== "mse") return squareLossOnly;
  const size = point.residuals.length;
  if (image.length !== size) throw new RangeError(`image: expected ${size} numbers, got ${image.length}`);
  const scale = powerOfTwoBelow(image.reduce((max, value) => Math.max(max, Math.abs(value)), 0));
  const z = image.map((value) => value / scale);
  const norm = squaredNorm(z);
  if (norm === 0) return flatDirection;
  const form = matrix(z.length, z.length);
  for (let a = 0; a < z.length; a++) {
    for (let b = 0; b < z.length; b++) form.data[a * z.length + b] = (z[a] * z[b]) / norm;
  }
  centreOverSamples(form, point);
  return extremes(form, kernels, subspace);
}

/**
 * A lower bound of μ₁ at this K that holds for every residual: min_i λ_min((K²)_ii)·n/Tr(K²), for one output
 * min_i a_i / mean_i a_i with a_i = Σ_j K_ij² (docs/theory.md §3, §11). Undefined where G = 0, and for cross-entropy.
 */
export function aPosterioriBound(point: GeometryPoint, kernels: Kernels): number | Undefined {
  if (point.lossKind !== "mse") return squareLossOnly;
  const geometry = squaredNorm(point.gram.data);
  if (geometry === 0) return zeroGaussNewton;
  const { samples: n, outputs, gram } = point;
  const own = matrix(outputs, outputs);
  let smallest = Infinity;
  for (let i = 0; i < n; i++) {
    kernels.syrk(1, block(gram, i * outputs, 0, outputs, gram.columns), 0, own);
    smallest = Math.min(smallest, outputs === 1 ? own.data[0] : kernels.symmetricEigenvalues(own)[0]);
  }
  return (n * Math.max(smallest, 0)) / geometry;
}

/**
 * The bound for two-layer networks f = Σ a_j σ(b_jᵀx) with a held fixed and slopes of σ in [α, β] (`lower`, `upper`),
 * 0 ≤ α ≤ β, β > 0: μ₁ ≥ (α/β)⁴·min_i b_i/mean_i b_i with b_i = Σ_j (x_iᵀx_j)², from the inputs' Gram matrix XXᵀ (n×n)
 * alone: no width, no parameters, no residuals (docs/theory.md §3, after [WW]'s theorem for two-layer networks). A negative
 * α counts as 0. Undefined where every input is 0. Throws a RangeError on a β that is not above 0.
 */
export function twoLayerBound(
  inputGram: Matrix<Float64Array>,
  slopes: { readonly lower: number; readonly upper: number },
): number | Undefined {
  if (!(slopes.upper > 0)) throw new RangeError(`upper: expected a slope above 0, got ${slopes.upper}`);
  const rows = Array.from({ length: inputGram.rows }, (_, i) => {
    let sum = 0;
    for (let j = 0; j < inputGram.columns; j++) {
      sum += inputGram.data[inputGram.offset + i * inputGram.rowStride + j * inputGram.columnStride] ** 2;
    }
    return sum;
  });
  const mean = rows.reduce((sum, value) => sum + value / rows.length, 0);
  if (!(mean > 0)) return { undefined: "every input is zero" };
  return (Math.max(slopes.lower, 0) / slopes.upper) ** 4 * (Math.min(...rows) / mean);
}

/** K². */
async function squaredGram(point: GeometryPoint, kernels: Kernels): Promise<Matrix<Float64Array>> {
  const square = matrix(point.gram.rows, point.gram.rows);
  await kernels.background.syrk(1, point.gram, 0, square);
  mirrorLower(square);
  return square;
}

/** In place F ← n·blockdiag(F_ii) − F: from the form of the mean to n times the variance over samples. */
function centreOverSamples(form: Matrix<Float64Array>, point: GeometryPoint): void {
  const { samples: n, outputs } = point;
  for (let a = 0; a < form.rows; a++) {
    const sample = Math.floor(a / outputs);
    for (let b = 0; b < form.columns; b++) {
      const factor = Math.floor(b / outputs) === sample ? n - 1 : -1;
      form.data[a * form.columns + b] *= factor;
    }
  }
}

async function extremes(
  form: Matrix<Float64Array>,
  kernels: Kernels,
  subspace?: Matrix<Float64Array>,
): Promise<Extremes> {
  const values = await kernels.background.symmetricEigenvalues(
    subspace ? restrict(form, subspace, kernels) : form,
  );
  // the form is positive semi-definite: below zero there is only rounding
  return { min: Math.max(values[0], 0), max: values[values.length - 1] };
}

/** QᵀFQ. */
function restrict(
  form: Matrix<Float64Array>,
  q: Matrix<Float64Array>,
  kernels: Kernels,
): Matrix<Float64Array> {
  if (q.rows !== form.rows || q.columns === 0) {
    throw new RangeError(
      `subspace: expected ${form.rows} rows and at least one column, got ${q.rows}×${q.columns}`,
    );
  }
  const half = matrix(q.rows, q.columns);
  kernels.gemm(1, form, q, 0, half);
  const restricted = matrix(q.columns, q.columns);
  kernels.gemm(1, transpose(q), half, 0, restricted);
  return restricted;
}
