import { hessianOperator } from "../../geometry/products.ts";
import type { SymmetricOperator } from "../../linalg/symmetricOperator.ts";
import type { HessianLinearization } from "../../models/linearization.ts";
import type { RandomStream } from "../../random/stream.ts";

/** What takes the place of the real thing in tests that the claim must not survive. */
export interface Variant {
  /** The rows g_i − ∇L whose second moment is Σ, from those of the gradients. */
  readonly deviations: (own: readonly Float64Array[], stream: RandomStream) => readonly Float64Array[];
  readonly hessian: (linearization: HessianLinearization) => SymmetricOperator;
}

export const genuine: Variant = { deviations: (own) => own, hessian: hessianOperator };
