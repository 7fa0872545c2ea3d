import { type Matrix, setEntry } from "./matrix.ts";
import { norm, type OrthonormalBasis } from "./orthonormalBasis.ts";
import { multiply, type SymmetricOperator } from "./symmetricOperator.ts";

export interface KrylovStep {
  /** (I − VVᵀ)Av, what sticks out of the span of the basis. */
  readonly rest: Float64Array;
  /** ‖rest‖ */
  readonly remainder: number;
  /** ‖Av‖ */
  readonly length: number;
}

/** Multiplies the last vector v of the basis, and writes its row and column of VᵀAV to `projected`. */
export async function krylovStep(
  operator: SymmetricOperator,
  basis: OrthonormalBasis,
  projected: Matrix<Float64Array>,
  signal: AbortSignal | undefined,
): Promise<KrylovStep> {
  const last = basis.count - 1;
  const rest = await multiply(operator, basis.vector(last), signal);
  const length = norm(rest);
  for (const [k, value] of basis.orthogonalise(rest).entries()) {
    setEntry(projected, k, last, value);
    setEntry(projected, last, k, value);
  }
  return { rest, remainder: norm(rest), length };
}

/** Whether a remainder is no more than the rounding of the projection: the span is then invariant under A. */
export function isRounding(remainder: number, size: number, operatorNorm: number): boolean {
  return remainder <= 8 * Number.EPSILON * Math.sqrt(size) * operatorNorm;
}
