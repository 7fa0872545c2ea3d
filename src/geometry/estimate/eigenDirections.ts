import type { Kernels } from "../../linalg/kernels/kernels.ts";
import { lanczos } from "../../linalg/lanczos.ts";
import { type Matrix, matrix } from "../../linalg/matrix.ts";
import type { SymmetricOperator } from "../../linalg/symmetricOperator.ts";
import type { Linearization } from "../../models/linearization.ts";
import type { RandomStream } from "../../random/stream.ts";
import type { Alignment } from "../alignment.ts";
import { directionalAlignments } from "../directional.ts";
import type { ResidualPoint } from "../point.ts";
import { gaussNewtonOperator } from "../products.ts";
import type { Undefined } from "../undefined.ts";
import { imagesOf } from "./alongDirections.ts";

/**
 * ‖Gv − λv‖ over λ₁ at which an eigenpair is good enough: λ is then off by its square over the gap, while products in float32
 * do not get far below it.
 */
const tolerance = 1e-4;

/** The sharpest eigen-directions of G and the alignment along them. docs/theory.md §7. */
export interface EigenDirections {
  /** λ_k of G, descending, zeros left out. */
  readonly eigenvalues: Float64Array;
  /** ‖Gv_k − λ_kv_k‖: some eigenvalue of G lies within it of λ_k. At most 1e-4·λ₁ where v_k has converged. */
  readonly residuals: Float64Array;
  /** J v_k as columns, n·C × as many as there are eigenvalues. */
  readonly images: Matrix<Float64Array>;
  /** g and g₁ along v_k, exact for the vector found. */
  readonly alignments: readonly (Alignment | Undefined)[];
}

/**
 * The sharpest eigen-directions of G by products with J and Jᵀ alone (Lanczos): some products a direction, each a sweep over the
 * samples, and one more for g. Eigenvalues that are zero to rounding are left out.
 */
export async function eigenDirections(
  linearization: Linearization,
  point: ResidualPoint,
  count: number,
  options: {
    readonly kernels: Kernels;
    readonly stream: RandomStream;
    readonly signal?: AbortSignal | undefined;
    /** Before each product, with how far the residuals have come. What it throws ends the work; a promise is waited for. */
    readonly onProgress?: ((fraction: number) => void | Promise<void>) | undefined;
  },
): Promise<EigenDirections> {
  const { samples, outputs, parameters } = linearization;
  const wanted = Math.min(count, parameters, samples * outputs);
  const { kernels, stream, signal } = options;
  if (wanted === 0) {
    const none = new Float64Array(0);
    return { eigenvalues: none, residuals: none, images: matrix(samples * outputs, 0), alignments: [] };
  }
  const gaussNewton = gaussNewtonOperator(linearization);
  let fraction = 0;
  const operator: SymmetricOperator = {
    size: gaussNewton.size,
    async apply(v) {
      await options.onProgress?.(fraction);
      return gaussNewton.apply(v);
    },
  };
  const { largest } = await lanczos(operator, {
    kernels,
    random: stream,
    signal,
    largest: wanted,
    tolerance,
    maxProducts: 100 + 20 * wanted,
    onProgress(_, residual) {
      // residuals fall geometrically, more or less
      fraction = Math.max(fraction, Math.min(1, Math.log(residual) / Math.log(tolerance)));
    },
  });
  const threshold = parameters * Number.EPSILON * (largest[0]?.value ?? 0);
  const pairs = largest.filter(({ value }) => value > threshold);
  const images = await imagesOf(
    linearization,
    pairs.map(({ vector }) => vector),
    signal,
  );
  return {
    eigenvalues: Float64Array.from(pairs, ({ value }) => value),
    residuals: Float64Array.from(pairs, ({ residual }) => residual),
    images,
    alignments: directionalAlignments(point, images),
  };
}
