import { doubledLosses, noLoss } from "./loss.ts";
import { forEachGradientImage, meanGradientImage, squaredNorm } from "./perSample.ts";
import type { GeometryPoint } from "./point.ts";
import { type Undefined, zeroGaussNewton } from "./undefined.ts";

/**
 * Relative distance of the noise from its decoupled form, ‖Σ − s·2L·G‖_F/‖s·2L·G‖_F, with s = 1 as in [WW] or s = 1/C
 * (`perOutput`), the form that isotropic residuals of C outputs take (docs/theory.md §2).
 *
 * From K alone (derived in docs/theory.md §8): Σ − s·2L·G = (1/n)·JᵀAJ with A = blockdiag(r_i r_iᵀ) − rrᵀ/n − s·2L·I,
 * so the squared norm is Tr(AKAK)/n². Needs (n·C)² time and no extra matrix. Undefined where L = 0 or G = 0.
 */
export function decouplingDistance(point: GeometryPoint, perOutput = false): number | Undefined {
  const { samples: n, outputs, gram } = point;
  const loss = doubledLosses(point) / n / (perOutput ? outputs : 1);
  if (loss === 0) return noLoss(point);
  const geometry = squaredNorm(gram.data);
  if (geometry === 0) return zeroGaussNewton;
  return Math.sqrt(Math.max(traceOfSquare(point, loss), 0) / geometry) / loss;
}

/** Tr(P²) of P = AK: P_ab = r_a (h_ib − h̄_b) − s·2L·K_ab with i the sample of row a and h_i = J g_i. */
function traceOfSquare(point: GeometryPoint, loss: number): number {
  const mean = meanGradientImage(point);
  let trace = 0;
  forEachGradientImage(point, (i, image) => {
    for (let c = 0; c < point.outputs; c++) {
      trace += rowOfSquare(point, i * point.outputs + c, image, mean, loss);
    }
  });
  return trace;
}

/** Σ_b P_ab P_ba: for b of sample j, P_ba needs h_ja = Σ_b K_ab r_b, which row a of K holds as well. */
function rowOfSquare(
  { outputs, gram, residuals }: GeometryPoint,
  a: number,
  image: Float64Array,
  mean: Float64Array,
  loss: number,
): number {
  const row = gram.data.subarray(a * gram.columns, (a + 1) * gram.columns);
  let sum = 0;
  for (let start = 0; start < row.length; start += outputs) {
    let back = -mean[a];
    for (let b = start; b < start + outputs; b++) back += row[b] * residuals[b];
    for (let b = start; b < start + outputs; b++) {
      const decoupled = loss * row[b];
      sum += (residuals[a] * (image[b] - mean[b]) - decoupled) * (residuals[b] * back - decoupled);
    }
  }
  return sum;
}
