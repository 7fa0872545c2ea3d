import { entry, type SymmetricMatrix } from "../../linalg/matrix.ts";

interface Population {
  /** μ as n → ∞. */
  readonly alignment: number;
  /** Tr G = Tr(MS). */
  readonly trace: number;
  /** Tr(G)²/Tr(G²): over how many directions the population G spreads. */
  readonly effectiveDimension: number;
}

/**
 * An over-parameterised linear model on x ~ N(0,S) with targets θ*ᵀx + noise, as n → ∞ at a fixed θ: with A = DFᵀ,
 * M = AᵀA = DF DFᵀ and δ = F(θ) − θ*, the identities G = ASAᵀ, ∇L = ASδ and Σ = 2L·G + ∇L∇Lᵀ give
 * μ = 1 + ∇LᵀG∇L/(2L‖G‖_F²), with ∇LᵀG∇L = (Sδ)ᵀMSM(Sδ), ‖G‖_F² = Tr(MSMS) and 2L = δᵀSδ + noise²: everything is
 * d×d, and p appears nowhere (docs/theory.md §3).
 *
 * @param spectrum eigenvalues of the diagonal S, length d
 * @param metric M, d×d
 * @param delta δ, length d
 * @param noise standard deviation of the label noise
 */
export function population(
  spectrum: Float64Array,
  metric: SymmetricMatrix,
  delta: Float64Array,
  noise: number,
): Population {
  let trace = 0;
  let squaredFrobenius = 0;
  let squaredResidual = noise ** 2;
  let gradientForm = 0;
  for (let i = 0; i < spectrum.length; i++) {
    let image = 0;
    for (let j = 0; j < spectrum.length; j++) {
      const m = entry(metric, i, j);
      image += m * spectrum[j] * delta[j];
      squaredFrobenius += spectrum[i] * m * m * spectrum[j];
    }
    trace += spectrum[i] * entry(metric, i, i);
    squaredResidual += spectrum[i] * delta[i] ** 2;
    gradientForm += spectrum[i] * image ** 2;
  }
  return {
    alignment: 1 + gradientForm / (squaredResidual * squaredFrobenius),
    trace,
    effectiveDimension: trace ** 2 / squaredFrobenius,
  };
}
