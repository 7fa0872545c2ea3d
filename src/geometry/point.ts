import type { Matrix } from "../linalg/matrix.ts";
import { dense } from "../linalg/matrix.ts";
import type { Linearization } from "../models/linearization.ts";

/**
 * Gram matrix and residuals at a point θ in canonical form: contiguous, finite, and scaled by powers of two
 * (so without rounding) such that their largest entries lie in [1, 2). The alignments do not depend on either
 * scale; squares and fourth powers of the entries then neither overflow nor vanish.
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
}

/**
 * The canonical point of a Gram matrix K = JJᵀ (n·C × n·C) and residuals r (n·C, sample-major).
 * Throws a RangeError when the shapes disagree or an entry is NaN or infinite.
 */
export function geometryPoint(
  gram: Matrix<Float64Array>,
  residuals: Float64Array,
  outputs = 1,
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
  return {
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
  };
}

/** The canonical point of a linearization: forms its Gram matrix. */
export async function pointOf(linearization: Linearization): Promise<GeometryPoint> {
  return geometryPoint(await linearization.gram(), linearization.residuals, linearization.outputs);
}

function largest(values: Float64Array, name: string): number {
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
  return scale === 1 ? values : values.map((value) => value / scale);
}
