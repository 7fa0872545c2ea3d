import { InputError } from "../inputError.ts";
import { type Matrix, mirrorLower, type SymmetricMatrix, withoutGaps } from "../linalg/matrix.ts";
import type { HessianLinearization, Linearization, SampledGramLinearization } from "./linearization.ts";
import { asProbabilities } from "./probabilities.ts";
import { requireLength } from "./requireLength.ts";
import { type SoftmaxWhitening, softmaxWhitening } from "./softmaxWhitening.ts";

/** Logits z to first order at θ: J, nC×p, is their Jacobian; `jvp` and `vjp` as in `Linearization`. */
export interface LogitLinearization
  extends Pick<Linearization, "samples" | "outputs" | "parameters" | "jvp" | "vjp"> {
  /** z, length n·C, sample-major. */
  readonly logits: Float64Array;
  /** K = JJᵀ, nC×nC, both triangles filled, a matrix of its own: it is overwritten. */
  gram(): SymmetricMatrix | Promise<SymmetricMatrix>;
  /** Likewise of some of the samples: m·C × m·C. */
  gramOf?: SampledGramLinearization["gramOf"];
  /** Likewise of some samples with others: m·C × m'·C. */
  gramBetween?: SampledGramLinearization["gramBetween"];
  /** H·direction with the Hessian H of the mean cross-entropy: length p → length p. */
  hvp?(direction: Float64Array): Float64Array | Promise<Float64Array>;
}

/**
 * Cross-entropy of a softmax as the least-squares problem that has the same gradients and the same Gauss–Newton matrix
 * (derived in docs/theory.md §9). With p = softmax(z), q = √p and S = diag(q)(I − qqᵀ), for each sample
 * J̃ = SᵀJ and r̃ = (p − y)/q: then SSᵀ = diag(p) − ppᵀ and Sr̃ = p − y, so J̃ᵀr̃ = Jᵀ(p − y) and J̃ᵀJ̃ = Jᵀ(diag(p) − ppᵀ)J.
 *
 * `targets` are n classes 0 … C−1 (Int32Array) or n·C probabilities y (Float64Array, sample-major; each sample's sum to 1
 * within 10⁻⁵ and are scaled to it). The result has residuals r̃ (n·C), the losses ℓ_i, and Hessian products and K̃ of some
 * samples where the logits have those. Throws an InputError on a single output, on classes that there are not or rows
 * that are no probabilities, on logits that are not finite, or so far apart in every sample that G leaves float64; a
 * RangeError on another length.
 */
export function whitenedLinearization(
  logits: LogitLinearization &
    Pick<HessianLinearization & SampledGramLinearization, "hvp" | "gramOf" | "gramBetween">,
  targets: Int32Array | Float64Array,
): HessianLinearization & SampledGramLinearization;
export function whitenedLinearization(
  logits: LogitLinearization & Pick<SampledGramLinearization, "gramOf" | "gramBetween">,
  targets: Int32Array | Float64Array,
): SampledGramLinearization;
export function whitenedLinearization(
  logits: LogitLinearization & Pick<HessianLinearization, "hvp">,
  targets: Int32Array | Float64Array,
): HessianLinearization;
export function whitenedLinearization(
  logits: LogitLinearization,
  targets: Int32Array | Float64Array,
): Linearization;
export function whitenedLinearization(
  logits: LogitLinearization,
  targets: Int32Array | Float64Array,
): Linearization {
  const { samples, outputs, parameters } = logits;
  if (outputs < 2) {
    throw new InputError(
      `cross-entropy: expected at least two outputs, one a class, got ${outputs}; use the square loss, or two outputs`,
    );
  }
  requireLength("logits", logits.logits, samples * outputs);
  const probabilities = targetProbabilities(targets, samples, outputs);
  const whitening = softmaxWhitening(logits.logits, probabilities, outputs);
  const all = Int32Array.from({ length: samples }, (_, i) => i);
  return {
    samples,
    outputs,
    parameters,
    residuals: whitening.residuals,
    loss: { kind: "cross-entropy", sampleLosses: whitening.sampleLosses },
    async jvp(direction) {
      const image = (await logits.jvp(direction)).slice();
      for (let i = 0; i < samples; i++) whiten(whitening, i, image, i * outputs, 1);
      return image;
    },
    vjp(weights) {
      requireLength("weights", weights, samples * outputs);
      return logits.vjp(colour(whitening, weights));
    },
    async gram() {
      return symmetric(whitenedGram(whitening, all, all, await logits.gram()));
    },
    ...(logits.gramOf && {
      async gramOf(chosen: Int32Array) {
        return symmetric(whitenedGram(whitening, chosen, chosen, await logits.gramOf!(chosen)));
      },
    }),
    ...(logits.gramBetween && {
      async gramBetween(rows: Int32Array, columns: Int32Array) {
        return whitenedGram(whitening, rows, columns, await logits.gramBetween!(rows, columns));
      },
    }),
    ...(logits.hvp && { hvp: logits.hvp.bind(logits) }),
  };
}

/** z ← Sᵀz = q∘(z − pᵀz) in place, for the C numbers of sample i that start at `start`, `stride` apart. */
function whiten(
  { roots, largest }: SoftmaxWhitening,
  sample: number,
  z: Float64Array,
  start: number,
  stride: number,
): void {
  const outputs = roots.length / largest.length;
  const first = sample * outputs;
  // from the largest class, which then drops out of the mean: p ≈ 1 would leave nothing but rounding there
  const reference = z[start + largest[sample] * stride];
  let mean = 0;
  for (let c = 0; c < outputs; c++) {
    const difference = z[start + c * stride] - reference;
    z[start + c * stride] = difference;
    mean += roots[first + c] * (roots[first + c] * difference);
  }
  for (let c = 0; c < outputs; c++) {
    z[start + c * stride] = roots[first + c] * (z[start + c * stride] - mean);
  }
}

/** Su = q∘(u − q(qᵀu)) of all samples. Its sum over classes is zero: that gives the largest class, which would cancel. */
function colour({ roots, largest }: SoftmaxWhitening, u: Float64Array): Float64Array {
  const outputs = roots.length / largest.length;
  const result = new Float64Array(u.length);
  for (let i = 0; i < largest.length; i++) {
    const start = i * outputs;
    const top = start + largest[i];
    let along = 0;
    for (let k = start; k < start + outputs; k++) along += roots[k] * u[k];
    for (let k = start; k < start + outputs; k++) {
      if (k === top) continue;
      result[k] = roots[k] * (u[k] - roots[k] * along);
      result[top] -= result[k];
    }
  }
  return result;
}

/** Blocks S_iᵀK_ijS_j of these samples, in place where the layout allows. */
function whitenedGram(
  whitening: SoftmaxWhitening,
  rows: Int32Array,
  columns: Int32Array,
  given: Matrix<Float64Array>,
): Matrix<Float64Array> {
  const width = given.columns;
  const gram = withoutGaps(given);
  const outputs = width / columns.length;
  for (let i = 0; i < rows.length; i++) {
    for (let b = 0; b < width; b++) whiten(whitening, rows[i], gram.data, i * outputs * width + b, width);
  }
  for (let a = 0; a < gram.rows; a++) {
    for (let j = 0; j < columns.length; j++) {
      whiten(whitening, columns[j], gram.data, a * width + j * outputs, 1);
    }
  }
  return gram;
}

/** Rounds the same above the diagonal as below it. */
function symmetric(gram: SymmetricMatrix): SymmetricMatrix {
  mirrorLower(gram);
  return gram;
}

/** y, n·C numbers, each sample's summing to 1. */
function targetProbabilities(
  targets: Int32Array | Float64Array,
  samples: number,
  outputs: number,
): Float64Array {
  const result = new Float64Array(samples * outputs);
  if (targets instanceof Int32Array) {
    requireLength("classes", targets, samples);
    for (const [i, label] of targets.entries()) {
      if (!(label >= 0 && label < outputs)) {
        throw new InputError(
          `targets: expected classes from 0 to ${outputs - 1}, got ${label} for sample ${i}; give the model one output a class`,
        );
      }
      result[i * outputs + label] = 1;
    }
    return result;
  }
  requireLength("target probabilities", targets, samples * outputs);
  for (let i = 0; i < samples; i++) {
    const own = targets.subarray(i * outputs, (i + 1) * outputs);
    const probabilities = asProbabilities(own);
    if (!probabilities) {
      throw new InputError(
        `targets: expected numbers of at least 0 that sum to 1, got ${own.join(", ")} for sample ${i}; give classes, or probabilities`,
      );
    }
    result.set(probabilities, i * outputs);
  }
  return result;
}
