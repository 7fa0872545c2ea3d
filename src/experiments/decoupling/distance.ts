import { lossAlignment } from "../../geometry/alignment.ts";
import { decouplingDistance } from "../../geometry/decoupling.ts";
import { directionalAlignment } from "../../geometry/directional.ts";
import {
  momentDecouplingDistance,
  momentLossAlignment,
  momentSummary,
} from "../../geometry/momentGeometry.ts";
import type { Moments } from "../../geometry/moments.ts";
import { type NoiseSummary, noiseSummary } from "../../geometry/noise.ts";
import { meanGradientImage, squaredNorm } from "../../geometry/perSample.ts";
import type { GeometryPoint } from "../../geometry/point.ts";
import { defined } from "../../geometry/undefined.ts";
import type { Kernels } from "../../linalg/kernels/kernels.ts";
import { matrix } from "../../linalg/matrix.ts";

/** The noise of a scalar output held against 2L·G at one θ; the distances in units of ‖2L·G‖_F. */
export interface NoiseDistance {
  /** ‖Σ − 2L·G‖_F */
  readonly distance: number;
  /** ‖Σ − 2L·G − ∇L∇Lᵀ‖_F: what Gaussian inputs lose as n grows, while ‖∇L‖² stays. */
  readonly remainder: number;
  /** ‖∇L∇Lᵀ‖_F = ‖∇L‖² */
  readonly gradientShare: number;
  /** μ */
  readonly alignment: number;
}

/** From K. Throws an Error where L, G or ∇L is zero. */
export function gramDistance(point: GeometryPoint): NoiseDistance {
  const distance = defined(decouplingDistance(point));
  const gradientShare = shareOf(noiseSummary(point));
  const { samples: n, gram, residuals } = point;
  const image = meanGradientImage(point);
  // ∇Lᵀ(Σ − 2L·G)∇L = 2L·∇LᵀG∇L·(g(∇L) − 1), and ∇LᵀG∇L = ‖J∇L‖²/n
  const along = defined(directionalAlignment(point, matrix(n, 1, image))).covariance;
  const curvature = (n * n * squaredNorm(image)) / (squaredNorm(residuals) * squaredNorm(gram.data));
  const squared = distance ** 2 - 2 * curvature * (along - 1) + gradientShare ** 2;
  return {
    distance,
    remainder: Math.sqrt(Math.max(squared, 0)),
    gradientShare,
    alignment: defined(lossAlignment(point)).covariance,
  };
}

/** From explicit G, Σ and ∇L: the same numbers. Throws an Error where L or G is zero. */
export function momentDistance(moments: Moments, kernels: Kernels): NoiseDistance {
  const { covariance, gradient } = moments;
  const size = gradient.length;
  const rest = matrix(size, size);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < size; j++) {
      rest.data[i * size + j] = covariance.data[i * size + j] - gradient[i] * gradient[j];
    }
  }
  return {
    distance: defined(momentDecouplingDistance(moments)),
    remainder: defined(momentDecouplingDistance({ ...moments, covariance: rest })),
    gradientShare: shareOf(momentSummary(moments)),
    alignment: defined(momentLossAlignment(moments, kernels)).covariance,
  };
}

function shareOf({ gradientNormSquared, loss, gaussNewtonFrobenius }: NoiseSummary): number {
  return gradientNormSquared / (2 * loss * gaussNewtonFrobenius);
}

/**
 * The distance that residuals alone leave where K ≈ Tr(S)·I (n ≪ d_eff). There Σ − 2L·G = JᵀAJ/n with
 * A = diag(r²) − rrᵀ/n − 2L·I has relative norm ‖A‖_F/(2L√n), and
 * ‖A‖_F² = (1 − 2/n)(Σ r_i⁴ − n(2L)²) + (2L)² (derived from docs/theory.md §2–3). Gaussian residuals: towards √2.
 */
export function residualsOnly(residuals: Float64Array): number {
  const n = residuals.length;
  const largest = residuals.reduce((max, value) => Math.max(max, Math.abs(value)), 0);
  let second = 0;
  let fourth = 0;
  for (const residual of residuals) {
    const square = (residual / largest) ** 2;
    second += square / n;
    fourth += (square * square) / n;
  }
  const kurtosis = fourth / (second * second);
  return Math.sqrt((1 - 2 / n) * (kurtosis - 1) + 1 / n);
}

/**
 * From one limit to the other, to leading order in 1/d_eff: ‖Σ − 2L·G‖_F² is the few-sample part (‖A‖_F²/n²)·Tr(G)²
 * from the diagonal of K plus the population's ‖∇L‖⁴, and ‖G‖_F² is Tr(G)²/n plus the population's, so with
 * d_eff = Tr(G)²/‖G‖_F² the squared distance is (d_eff·few² + n·many²)/(d_eff + n).
 */
export function betweenLimits(few: number, many: number, effectiveDimension: number, n: number): number {
  return Math.sqrt((effectiveDimension * few ** 2 + n * many ** 2) / (effectiveDimension + n));
}
