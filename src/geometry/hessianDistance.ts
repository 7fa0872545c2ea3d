import type { Kernels } from "../linalg/kernels/kernels.ts";
import { lanczos } from "../linalg/lanczos.ts";
import { norm } from "../linalg/orthonormalBasis.ts";
import type { SymmetricOperator } from "../linalg/symmetricOperator.ts";
import { frobeniusEstimate } from "../linalg/traceEstimate.ts";
import type { HessianLinearization } from "../models/linearization.ts";
import type { RandomStream } from "../random/stream.ts";
import type { HessianEigenvalue } from "./hessian.ts";
import { gaussNewtonProduct } from "./products.ts";

/** ‖Hv − λv‖ ≤ tolerance·‖H‖, which float32 products reach; the eigenvalue is then good to its square over a gap. */
const tolerance = 1e-4;
const eigenvalueProducts = 200;

/** How far the Hessian is from G, in units of H: loss over parameter². docs/theory.md §1. */
export interface HessianDistance {
  /** λ_max(H), converged to a residual of 1e-4·‖H‖ or as far as 200 products get. */
  readonly largest: HessianEigenvalue;
  /** λ_min(H), likewise. */
  readonly smallest: HessianEigenvalue;
  /** ‖(H − G)v‖ along the unit vector v that was given. */
  readonly along: number;
  /** ‖H − G‖_F. */
  readonly frobenius: number;
  /** Of `frobenius`, over its probes; 0 where p is at most the number of products spent. */
  readonly frobeniusStandardError: number;
}

export interface HessianDistanceOptions {
  readonly kernels: Kernels;
  /** Of starting vectors and probes. */
  readonly stream: RandomStream;
  /** Products with H − G for its norm, at least 6; 24 by default. */
  readonly queries?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Called with the number of products with H so far; waited for. */
  readonly onProgress?: ((products: number) => void | Promise<void>) | undefined;
}

/**
 * How far the Hessian is from the Gauss–Newton matrix, by products alone: the part (1/n) Σ r_i^c ∇²f_i^c that residuals drive
 * (docs/theory.md §1). `direction` is a unit vector, say the sharpest eigenvector of G. Throws a RangeError where a product is
 * not finite.
 */
export async function hessianDistance(
  linearization: HessianLinearization,
  direction: Float64Array,
  options: HessianDistanceOptions,
): Promise<HessianDistance> {
  const { kernels, stream, signal, queries = 24 } = options;
  const size = linearization.parameters;
  let products = 0;
  const hessian: SymmetricOperator = {
    size,
    async apply(v) {
      const image = await linearization.hvp(v);
      await options.onProgress?.(++products);
      return image;
    },
  };
  const difference: SymmetricOperator = {
    size,
    async apply(v) {
      const curvature = await gaussNewtonProduct(linearization, v);
      return (await hessian.apply(v)).map((value, k) => value - curvature[k]);
    },
  };
  const { largest, smallest } = await lanczos(hessian, {
    kernels,
    random: stream.split("eigenvalues"),
    signal,
    largest: 1,
    smallest: size > 1 ? 1 : 0,
    tolerance,
    maxProducts: eigenvalueProducts,
  });
  const stated = ({ value, residual, converged }: HessianEigenvalue) => ({ value, residual, converged });
  const random = stream.split("norm");
  const frobenius = await frobeniusEstimate(difference, { kernels, random, signal, queries });
  return {
    largest: stated(largest[0]),
    smallest: stated(smallest[0] ?? largest[0]),
    along: norm(await difference.apply(direction)),
    frobenius: frobenius.norm,
    frobeniusStandardError: frobenius.standardError,
  };
}
