import { doubledLosses } from "./loss.ts";
import { forEachGradientImage, gradientProduct, squaredNorm } from "./perSample.ts";
import type { GeometryPoint } from "./point.ts";

/**
 * The loss, and the sizes of the noise, of the geometry and of the gradient at one θ. docs/theory.md §1–2. A number beyond
 * the range of float64 is Infinity, as the loss of residuals of 1e200 is; the alignments have no units and stay what they are.
 */
export interface NoiseSummary {
  /** L = (1/n) Σ ℓ_i. */
  readonly loss: number;
  /** Tr G = Tr K/n, in loss over parameter². */
  readonly gaussNewtonTrace: number;
  /** ‖G‖_F = ‖K‖_F/n, in loss over parameter². */
  readonly gaussNewtonFrobenius: number;
  /** Tr Σ: variance of the batch-size-1 gradient, in loss² over parameter². */
  readonly noiseTrace: number;
  /** ‖∇L‖² = rᵀKr/n², in loss² over parameter². */
  readonly gradientNormSquared: number;
}

/** First- and second-moment sizes of loss, noise and geometry at a point, from K and r (docs/theory.md §1–2). */
export function noiseSummary(point: GeometryPoint): NoiseSummary {
  const { samples: n, gram, gramScale, residualScale } = point;
  const squares = gradientSquares(point);
  let trace = 0;
  for (let i = 0; i < gram.rows; i++) trace += gram.data[i * gram.columns + i];
  return {
    loss: ((residualScale * doubledLosses(point)) / (2 * n)) * residualScale,
    gaussNewtonTrace: (trace / n) * gramScale,
    gaussNewtonFrobenius: (Math.sqrt(squaredNorm(gram.data)) / n) * gramScale,
    noiseTrace: squares.centred * gramScale * residualScale * residualScale,
    gradientNormSquared: squares.ofMean * gramScale * residualScale * residualScale,
  };
}

/**
 * ‖∇L‖² and Tr Σ in scaled units. Tr Σ = (1/n) Σ_i r_iᵀ K_ii r_i − ‖∇L‖², which cancels when the gradients nearly
 * agree; the difference is then taken pair by pair, (1/2n²) Σ_ij ‖g_i − g_j‖², which cannot turn negative by much.
 */
function gradientSquares(point: GeometryPoint): { centred: number; ofMean: number } {
  const { samples: n, outputs, residuals } = point;
  const own = new Float64Array(n);
  let ofMean = 0;
  let centred = 0;
  for (let i = 0; i < n; i++) own[i] = gradientProduct(point, i, i);
  forEachGradientImage(point, (i, image) => {
    let [products, differences] = [0, 0];
    for (let j = 0; j < i; j++) {
      // g_iᵀg_j = h_ijᵀr_j
      let product = 0;
      for (let b = j * outputs; b < (j + 1) * outputs; b++) product += image[b] * residuals[b];
      products += product;
      differences += own[i] + own[j] - 2 * product;
    }
    ofMean += own[i] + 2 * products;
    centred += differences;
  });
  return { centred: Math.max(centred, 0) / (n * n), ofMean: Math.max(ofMean, 0) / (n * n) };
}
