import type { Linearization } from "../../models/linearization.ts";
import { doubledLosses } from "../loss.ts";
import { squaredNorm } from "../perSample.ts";
import { largest, powerOfTwoBelow, type ResidualPoint } from "../point.ts";

/** What is known exactly at the cost of one product with Jᵀ and one with J over all samples. */
export interface ExactPart {
  /** r over a power of two (1 where the loss is not ½‖r‖²). */
  readonly point: ResidualPoint;
  /** 2L in units of residualScale². */
  readonly doubledLoss: number;
  /** ‖∇L‖² in units of residualScale². */
  readonly gradientNormSquared: number;
  /** J_i∇L of all samples, n·C, in units of residualScale. */
  readonly meanImages: Float64Array;
  /** ∇Lᵀ G ∇L = ‖J∇L‖²/n in units of residualScale²: Tr(Σ₁G) − Tr(ΣG). */
  readonly alignedGradient: number;
}

export async function exactPart(linearization: Linearization): Promise<ExactPart> {
  const { samples: n } = linearization;
  const point = residualPoint(linearization);
  const gradient = await linearization.vjp(point.residuals.map((value) => value / n));
  const meanImages = await linearization.jvp(gradient);
  return {
    point,
    doubledLoss: doubledLosses(point) / n,
    gradientNormSquared: squaredNorm(gradient),
    meanImages,
    alignedGradient: squaredNorm(meanImages) / n,
  };
}

/** The point of a linearization without its K. Throws a RangeError on residuals that are not samples × outputs, or not finite. */
export function residualPoint({ samples, outputs, residuals, loss }: Linearization): ResidualPoint {
  const lossKind = loss?.kind ?? "mse";
  if (residuals.length !== samples * outputs || residuals.length === 0) {
    throw new RangeError(
      `residuals: expected ${samples} samples × ${outputs} outputs, at least one, got length ${residuals.length}`,
    );
  }
  const size = largest(residuals, "residuals");
  // residuals of a whitened cross-entropy count only through Jᵀr, which has no extremes
  const residualScale = lossKind === "mse" ? powerOfTwoBelow(size) : 1;
  return {
    samples,
    outputs,
    residuals: residuals.map((value) => value / residualScale),
    residualScale,
    lossKind,
    ...(loss && lossKind !== "mse" && { sampleLosses: loss.sampleLosses }),
  };
}
