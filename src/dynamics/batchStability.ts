/** At which learning rates SGD with some batch sizes would leave a point, were it a minimum. */
import type { Measurement } from "../geometry/measure.ts";
import { squareLossOnly, type Undefined } from "../geometry/undefined.ts";
import type { Kernels } from "../linalg/kernels/kernels.ts";
import type { Linearization } from "../models/linearization.ts";
import { reducedLinearization } from "./reducedProblem.ts";
import { gradientDescentThreshold, type StabilityThreshold, stabilityThreshold } from "./stability.ts";
import { alignmentBound, type NecessaryConditions, necessaryConditions } from "./stabilityBounds.ts";

export interface BatchStability {
  readonly batch: number;
  readonly replacement: boolean;
  /** η* */
  readonly threshold: StabilityThreshold | Undefined;
  readonly necessary: NecessaryConditions | Undefined;
  readonly alignmentBound: number | Undefined;
  /** 2/λ₁ */
  readonly gradientDescent: number | Undefined;
}

/** Throws a RangeError on batches without replacement of more than there are samples. */
export async function measureStability(
  linearization: Linearization,
  { lossAlignment, lossKind }: Measurement,
  batches: readonly number[],
  replacement: boolean,
  options: { readonly kernels: Kernels; readonly signal: AbortSignal },
): Promise<BatchStability[]> {
  const problem = await reducedLinearization(linearization, options.kernels);
  const result: BatchStability[] = [];
  for (const batch of batches) {
    const draw = { batchSize: batch, replacement };
    result.push({
      batch,
      replacement,
      threshold: await stabilityThreshold(problem, draw, options),
      necessary: necessaryConditions(problem, draw),
      alignmentBound: lossKind === "mse" ? alignmentBound(problem, draw, lossAlignment) : squareLossOnly,
      gradientDescent: gradientDescentThreshold(problem),
    });
  }
  return result;
}
