import type { Kernels } from "../linalg/kernels/kernels.ts";
import { type FloatArray, type Matrix, matrix, rowMajor } from "../linalg/matrix.ts";
import type { ReducedProblem } from "./reducedProblem.ts";
import { type SampleForms, sampleForms } from "./sampleForms.ts";

/** What N(x) makes of forms w, and what M = S⁻¹∘A*(w) says of λ*; λ in units of λ₁, M in those in which ⟨w, N w⟩ = ⟨M, SM⟩. */
export interface FormImage {
  /** N w, n·C². */
  readonly image: Float64Array;
  /** ⟨M, CM⟩ */
  readonly weight: number;
  /** ⟨M, GMG⟩ */
  readonly drift: number;
  /** ⟨M, DM⟩/⟨M, CM⟩, at most λ*. */
  readonly quotient: number;
}

/** N(x) in one precision, of one w at a time. */
interface FormMap {
  /** What an image may be off by, relative to it: rounding of sums of many terms. */
  readonly rounding: number;
  apply(w: Float64Array, x: number): Promise<FormImage>;
  /** At an x nearer to where ⟨w, N(x)w⟩ = 1 for this w, ‖w‖ = 1: Newton's step costs r² operations, as A*(w) is the same. */
  applyAtRoot(w: Float64Array, near: number): Promise<FormImage & { readonly x: number }>;
}

/**
 * N(x): w ↦ (c/n)·A(S⁻¹∘A*(w)) on forms w, one symmetric C×C matrix a sample, S = xC − (1−c)·G⊗G: symmetric, and its largest
 * eigenvalue is 1 at x = λ* (docs/theory.md §10).
 */
export interface FormMaps {
  /** n·C² */
  readonly size: number;
  readonly double: FormMap;
  /** Half the work; off by about 1e-7 of the image. */
  readonly single: FormMap;
  /** I in every sample, of norm 1 altogether. */
  readonly identity: Float64Array;
  /** What `double` makes of it, in n·C²·r operations, as A*(I) = nG. */
  ofIdentity(x: number): FormImage;
  /** The diagonal of N(x), (c/n)·(U_i∘U_i)Γ(U_i∘U_i)ᵀ with Γ_kl = 1/(u_k + u_l), in float32: half the work of `single`. */
  diagonal(x: number): Promise<Float64Array>;
}

/** Under noise of strength c in (0, 1], for a problem of rank at least 1. */
export function formMaps(problem: ReducedProblem, noise: number, kernels: Kernels): FormMaps {
  const { samples, outputs, rank, eigenvalues, rows } = problem;
  const cauchy = (scales: Float64Array): CauchyKernel => ({
    scales,
    ratios: eigenvalues.map((value) => eigenvalues[0] / value),
    noise,
    unit: noise / samples,
  });
  const lengths = eigenvalues.map((value) => 1 / Math.sqrt(value));
  const ofRows = cauchy(lengths);
  const ofU = cauchy(new Float64Array(rank).fill(1));
  const double = sampleForms(rows, outputs, kernels);
  // in float32 X itself might leave the range
  const u = rowMajor(rows.rows, rank, new Float32Array(rows.rows * rank));
  for (let i = 0, position = 0; i < rows.rows; i++) {
    for (let k = 0; k < rank; k++, position++) u.data[position] = lengths[k] * rows.data[position];
  }
  const single = sampleForms(u, outputs, kernels);
  const zeros = () => rowMajor(rank, rank, new Float32Array(rank * rank));
  const size = rows.rows * outputs;
  const length = Math.sqrt(rows.rows);
  const identity = new Float64Array(size);
  for (let i = 0; i < size; i++) identity[i] = (i % outputs ** 2) % (outputs + 1) === 0 ? 1 / length : 0;
  return {
    size,
    identity,
    double: formMap(double, size, () => matrix(rank, rank), ofRows),
    single: formMap(single, size, zeros, ofU),
    ofIdentity(x) {
      const m = poles(ofRows, x).map((pole) => samples / length / (2 * pole));
      const image = new Float64Array(size);
      double.ofDiagonal(
        m.map((value, k) => value * lengths[k] * lengths[k]),
        image,
      );
      let [drift, weight] = [0, 0];
      for (let k = 0; k < rank; k++) {
        drift += m[k] * m[k];
        weight += m[k] * m[k] * ofRows.ratios[k];
      }
      return formImage(image, drift, weight, ofRows);
    },
    async diagonal(x) {
      const squares = rowMajor(rows.rows, rank, new Float32Array(u.data.length));
      for (let k = 0; k < squares.data.length; k++) squares.data[k] = u.data[k] * u.data[k];
      const kernel = zeros();
      kernel.data.fill(1);
      divideByPoles(kernel, poles(ofU, x), ofU, kernel);
      const image = new Float64Array(size);
      await sampleForms(squares, outputs, kernels).ofTriangle(kernel, image);
      return image.map((entry) => ofU.unit * entry);
    },
  };
}

/** S⁻¹ in terms of U = X·diag(λ)^(−½), UᵀU = n·I, where it is 1/(u_i + u_j). */
interface CauchyKernel {
  /** What the columns of the rows at hand are to be multiplied by to be those of U. */
  readonly scales: Float64Array;
  /** λ₁/λ_k */
  readonly ratios: Float64Array;
  /** c */
  readonly noise: number;
  /** c/n */
  readonly unit: number;
}

/** u_k = (x·λ₁/λ_k − (1−c))/2 > 0. */
function poles({ ratios, noise }: CauchyKernel, x: number): Float64Array {
  return ratios.map((ratio) => (x * ratio - (1 - noise)) / 2);
}

/** From A(M), which becomes the image. */
function formImage(
  forms: Float64Array,
  drift: number,
  weight: number,
  { noise, unit }: CauchyKernel,
): FormImage {
  let squares = 0;
  for (let i = 0; i < forms.length; i++) {
    squares += forms[i] * forms[i];
    forms[i] *= unit;
  }
  const quotient = ((1 - noise) * drift + unit * squares) / weight;
  return { image: forms, drift: unit * drift, weight: unit * weight, quotient };
}

function formMap<T extends FloatArray>(
  forms: SampleForms<T>,
  size: number,
  zeros: () => Matrix<T>,
  cauchy: CauchyKernel,
): FormMap {
  const { noise, unit } = cauchy;
  const sums = zeros();
  const lower = zeros();
  const divided = (x: number) => divideByPoles(sums, poles(cauchy, x), cauchy, lower);
  const imageOf = async ({ drift, weight }: Inner) => {
    const image = new Float64Array(size);
    await forms.ofTriangle(lower, image);
    return formImage(image, drift, weight, cauchy);
  };
  return {
    rounding: lower.data instanceof Float32Array ? 2 ** -20 : 2 ** -49,
    async apply(w, x) {
      await forms.adjoint(w, sums);
      return imageOf(divided(x));
    },
    async applyAtRoot(w, near) {
      await forms.adjoint(w, sums);
      const { drift, weight } = divided(near);
      // ⟨w, N w⟩ = (c/n)·⟨M, SM⟩
      const value = unit * (near * weight - (1 - noise) * drift);
      const x = Math.max(1, near + (value * (value - 1)) / (unit * weight));
      return { x, ...(await imageOf(divided(x))) };
    },
  };
}

/** ⟨M, GMG⟩ and ⟨M, CM⟩ */
type Inner = Pick<FormImage, "drift" | "weight">;

/** From the lower triangle of A*(w) to L, M = L + Lᵀ; they may be one matrix. */
function divideByPoles(
  { data: sums, rows: rank }: Matrix<FloatArray>,
  u: Float64Array,
  { scales, ratios }: CauchyKernel,
  { data: lower }: Matrix<FloatArray>,
): Inner {
  let [drift, weight] = [0, 0];
  for (let i = 0; i < rank; i++) {
    const start = i * rank;
    for (let j = 0; j < i; j++) {
      const scale = scales[i] * scales[j];
      const m = (scale * sums[start + j]) / (u[i] + u[j]);
      lower[start + j] = scale * m;
      drift += 2 * m * m;
      weight += m * m * (ratios[i] + ratios[j]);
    }
    const scale = scales[i] * scales[i];
    const m = (scale * sums[start + i]) / (2 * u[i]);
    lower[start + i] = (scale * m) / 2;
    drift += m * m;
    weight += m * m * ratios[i];
  }
  return { drift, weight };
}
