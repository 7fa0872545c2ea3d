import { doubledLosses, noLoss } from "./loss.ts";
import { forEachGradientImage, meanGradientImage, squaredNorm } from "./perSample.ts";
import type { GeometryPoint } from "./point.ts";
import { type Undefined, zeroGaussNewton } from "./undefined.ts";

/**
 * Relative distance of the noise from its decoupled form, ‖Σ − s·2L·G‖_F/‖s·2L·G‖_F, with s = 1 as in [WW] or s = 1/C
 * (`perOutput`), the form that isotropic residuals of C outputs take (docs/theory.md §2).
 *
 * From K alone (derived in docs/theory.md §2): Σ − s·2L·G = (1/n)·JᵀAJ with A = blockdiag(r_i r_iᵀ) − rrᵀ/n − s·2L·I,
 * so the squared norm is Tr(AKAK)/n². Needs one more matrix of K's size.
 */
export function decouplingDistance(point: GeometryPoint, perOutput = false): number | Undefined {
  const { samples: n, outputs, gram, residuals } = point;
  const size = residuals.length;
  const loss = doubledLosses(point) / n / (perOutput ? outputs : 1);
  if (loss === 0) return noLoss(point);
  const geometry = squaredNorm(gram.data);
  if (geometry === 0) return zeroGaussNewton;
  const mean = meanGradientImage(point);
  const product = new Float64Array(size * size);
  forEachGradientImage(point, (i, image) => {
    for (let row = i * outputs; row < (i + 1) * outputs; row++) {
      const start = row * size;
      for (let j = 0; j < size; j++) {
        product[start + j] = residuals[row] * (image[j] - mean[j]) - loss * gram.data[start + j];
      }
    }
  });
  return Math.sqrt(Math.max(traceOfSquare(product, size), 0) / geometry) / loss;
}

/** Tr(P²) = Σ_ab P_ab P_ba. */
function traceOfSquare(product: Float64Array, size: number): number {
  let sum = 0;
  for (let a = 0; a < size; a++) {
    sum += product[a * size + a] ** 2;
    for (let b = 0; b < a; b++) sum += 2 * product[a * size + b] * product[b * size + a];
  }
  return sum;
}
