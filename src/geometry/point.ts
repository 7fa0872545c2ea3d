import type { Matrix } from "../linalg/matrix.ts";
import { dense } from "../linalg/matrix.ts";
import type { Linearization, LossKind, SampleLosses } from "../models/linearization.ts";

/**
 * Gram matrix and residuals at a point θ in canonical form: contiguous, finite, and scaled by powers of two
 * (so without rounding) such that their largest entries lie in [1, 2). The alignments do not depend on either
 * scale; squares and fourth powers of the entries then neither overflow nor vanish. The residuals of a whitened
 * cross-entropy (docs/theory.md §9) may themselves differ by many powers of ten and count only through the gradient
 * images K·r: those are brought to [1, 2) instead.
 */
export interface GeometryPoint {
  /** n */
  readonly samples: number;
  /** C */
  readonly outputs: number;
  /** K/gramScale, row-major n·C × n·C. */
  readonly gram: Matrix<Float64Array>;
  readonly gramScale: number;
  /** r/residualScale, length n·C. */
  readonly residuals: Float64Array;
  readonly residualScale: number;
  readonly lossKind: LossKind;
  /** ℓ_i, unscaled, where they are not ½‖r_i‖². */
  readonly sampleLosses?: Float64Array;
}

/** What a point is without K: enough for the loss and for g along directions whose images Jv are known. */
export type ResidualPoint = Omit<GeometryPoint, "gram" | "gramScale">;

/**
 * The canonical point of a Gram matrix K = JJᵀ (n·C × n·C) and residuals r (n·C, sample-major).
 * `loss` is left out, or holds ½‖r_i‖², for the square loss. Arrays that need no scaling are kept, not copied. Throws a
 * RangeError when the shapes disagree, when there is no sample or no whole number of outputs, and when an entry is NaN or
 * infinite.
 */
export function geometryPoint(
  gram: Matrix<Float64Array>,
  residuals: Float64Array,
  outputs = 1,
  loss?: SampleLosses,
): GeometryPoint {
  const size = residuals.length;
  if (!Number.isInteger(outputs) || outputs < 1 || size % outputs !== 0 || size === 0) {
    throw new RangeError(
      `residuals: expected samples × ${outputs} outputs, at least one, got length ${size}`,
    );
  }
  if (gram.rows !== size || gram.columns !== size) {
    throw new RangeError(
      `Gram matrix: expected ${size}×${size} for ${size} residuals, got ${gram.rows}×${gram.columns}`,
    );
  }
  const contiguous = gram.columnStride === 1 && gram.rowStride === size && gram.offset === 0;
  const entries = contiguous ? gram.data.subarray(0, size * size) : dense(gram).data;
  const gramScale = powerOfTwoBelow(largest(entries, "Gram matrix"));
  const residualScale = powerOfTwoBelow(largest(residuals, "residuals"));
  const point: GeometryPoint = {
    samples: size / outputs,
    outputs,
    gram: {
      data: scaled(entries, gramScale),
      rows: size,
      columns: size,
      offset: 0,
      rowStride: size,
      columnStride: 1,
    },
    gramScale,
    residuals: scaled(residuals, residualScale),
    residualScale,
    lossKind: "mse",
  };
  return loss === undefined || loss.kind === "mse" ? point : withLosses(point, loss);
}

/** The point of a loss that is not ½‖r‖², its residuals scaled by their gradient images. */
function withLosses(point: GeometryPoint, { kind, sampleLosses }: SampleLosses): GeometryPoint {
  if (sampleLosses.length !== point.samples) {
    throw new RangeError(`losses: expected ${point.samples}, one a sample, got ${sampleLosses.length}`);
  }
  largest(sampleLosses, "losses");
  const scale = powerOfTwoBelow(longestImage(point));
  return {
    ...point,
    residuals: scaled(point.residuals, scale),
    residualScale: point.residualScale * scale,
    lossKind: kind,
    sampleLosses,
  };
}

/**
 * The canonical point of a linearization: forms its Gram matrix. Throws a RangeError as `geometryPoint` does, when the residuals
 * are not samples × outputs, and for a Gram matrix with one triangle left empty or a diagonal below 0.
 */
export async function pointOf(linearization: Linearization): Promise<GeometryPoint> {
  const { samples, residuals, outputs, loss } = linearization;
  if (residuals.length !== samples * outputs) {
    throw new RangeError(
      `residuals: expected ${samples} samples × ${outputs} outputs, got length ${residuals.length}`,
    );
  }
  const point = geometryPoint(await linearization.gram(), residuals, outputs, loss);
  requireBothTriangles(point.gram);
  return point;
}

/** What float32 and the differences of a whitening may leave of entries whose largest lies in [1, 2). */
const rounding = 1e-5;

/** Looks at each row's diagonal and at its entry in the first column alone: what a triangle left out gives away, at a cost of n·C. */
function requireBothTriangles({ data, rows }: Matrix<Float64Array>): void {
  for (let i = 0; i < rows; i++) {
    const diagonal = data[i * rows + i];
    if (diagonal < -rounding) {
      throw new RangeError(`Gram matrix: expected a diagonal of at least 0, got ${diagonal} at ${i}`);
    }
    const difference = Math.abs(data[i * rows] - data[i]);
    // |K_ij| ≤ √(K_ii K_jj), of which rounding is a small part
    if (difference > rounding + 1e-3 * Math.sqrt(Math.max(0, diagonal * data[0]))) {
      throw new RangeError(
        `Gram matrix: expected both triangles filled, got ${data[i * rows]} at (${i}, 0) and ${data[i]} at (0, ${i})`,
      );
    }
  }
}

/** max_ij |h_ij| with h_i = J g_i. */
function longestImage({ samples, outputs, gram, residuals }: GeometryPoint): number {
  let longest = 0;
  for (let row = 0; row < gram.rows; row++) {
    for (let i = 0; i < samples; i++) {
      let sum = 0;
      for (let k = i * outputs; k < (i + 1) * outputs; k++) {
        sum += gram.data[row * gram.columns + k] * residuals[k];
      }
      longest = Math.max(longest, Math.abs(sum));
    }
  }
  return longest;
}

/** max |x|. Throws a RangeError on a number that is NaN or infinite. */
export function largest(values: Float64Array, name: string): number {
  let max = 0;
  for (let i = 0; i < values.length; i++) {
    const magnitude = Math.abs(values[i]);
    if (magnitude > max) max = magnitude;
    else if (Number.isNaN(magnitude))
      throw new RangeError(`${name}: expected finite numbers, got NaN at ${i}`);
  }
  if (max === Infinity) throw new RangeError(`${name}: expected finite numbers, got an infinite one`);
  return max;
}

/** The power of two in (x/2, x]; 1 for zero. */
export function powerOfTwoBelow(x: number): number {
  if (x === 0) return 1;
  // log2 can round up across a power of two, and 2**-1074 is the smallest number there is
  const exponent = Math.max(Math.floor(Math.log2(x)), -1022);
  const power = 2 ** exponent;
  return power > x ? power / 2 : power;
}

function scaled(values: Float64Array, scale: number): Float64Array {
  if (scale === 1) return values;
  const result = new Float64Array(values.length);
  for (let i = 0; i < values.length; i++) result[i] = values[i] / scale;
  return result;
}
