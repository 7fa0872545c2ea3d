import { doubledLosses, noLoss } from "./loss.ts";
import { forEachGradientImage, meanGradientImage, squaredNorm } from "./perSample.ts";
import type { GeometryPoint } from "./point.ts";
import { type Undefined, zeroGaussNewton } from "./undefined.ts";

/** A metric with the noise covariance Σ, and its variant with the uncentred second moment Σ₁ = Σ + ∇L∇Lᵀ. */
export interface Alignment {
  readonly covariance: number;
  readonly secondMoment: number;
}

/**
 * Loss alignment μ = Tr(ΣG)/(2L‖G‖_F²) and its variant μ₁ with Σ₁ [WW, the definition of μ; docs/theory.md §2].
 *
 * From K alone: Tr(Σ₁G) = (1/n²) Σ_i ‖h_i‖² with h_i = J g_i, and Tr(ΣG) = (1/n²) Σ_i ‖h_i − h̄‖², centred before it
 * is squared so that equal gradients give 0 and not rounding noise. Needs (n·C)² time and no extra matrix.
 * For C > 1 outputs, C·μ is the value that compares with 1 (isotropic residuals give Σ₁ ≈ (2L/C)·G). Undefined where L = 0
 * or G = 0.
 */
export function lossAlignment(point: GeometryPoint): Alignment | Undefined {
  const loss = doubledLosses(point);
  if (loss === 0) return noLoss(point);
  const geometry = squaredNorm(point.gram.data);
  if (geometry === 0) return zeroGaussNewton;
  const mean = meanGradientImage(point);
  let centred = 0;
  let raw = 0;
  forEachGradientImage(point, (_, image) => {
    let deviations = 0;
    for (let j = 0; j < image.length; j++) {
      const deviation = image[j] - mean[j];
      deviations += deviation * deviation;
    }
    centred += deviations;
    raw += squaredNorm(image);
  });
  const unit = point.samples / (loss * geometry);
  return { covariance: centred * unit, secondMoment: raw * unit };
}
