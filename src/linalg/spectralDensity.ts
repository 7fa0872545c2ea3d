import { isRounding, krylovStep } from "./krylovStep.ts";
import { entry, matrix } from "./matrix.ts";
import { orthonormalBasis } from "./orthonormalBasis.ts";
import { randomSigns } from "./randomSigns.ts";
import { ritzPairs } from "./ritz.ts";
import { sampleMean } from "./sampleMean.ts";
import { type MatrixFreeOptions, requireSize, type SymmetricOperator } from "./symmetricOperator.ts";

/** How finely the density of the eigenvalues of A, N×N, is estimated. */
export interface SpectralDensityOptions extends MatrixFreeOptions {
  /** Random starting vectors (signs ±1/√N), at least 2; 10 by default. */
  readonly probes?: number | undefined;
  /** Lanczos steps a probe, at least 1, of which no more than N are taken; 60 by default. */
  readonly steps?: number | undefined;
  /** Points of the grid, at least 2; 512 by default. */
  readonly points?: number | undefined;
  /**
   * Standard deviation of the Gaussian that stands for each eigenvalue, in units of A, above 0; 1/100 of the spectrum's width
   * by default.
   */
  readonly broadening?: number | undefined;
  /** Called after each product with the fraction done. */
  readonly onProgress?: ((fraction: number) => void) | undefined;
}

/** Σ_k w_k f(θ_k) ≈ zᵀf(A)z for one random unit vector z, exactly so for polynomials of degree below twice the nodes. */
export interface SpectralQuadrature {
  /** θ_k, ascending. */
  readonly nodes: Float64Array;
  /** w_k ≥ 0, with sum 1. */
  readonly weights: Float64Array;
}

/** The density of eigenvalues by stochastic Lanczos quadrature, with its standard error. */
export interface SpectralDensity {
  /** λ at `points` places, ascending, in units of A: four broadenings beyond the outermost nodes. */
  readonly grid: Float64Array;
  /** Fraction of eigenvalues per unit of λ at each of them, broadened: the mean over the probes. */
  readonly density: Float64Array;
  /** Of the density at each point, from the spread of the probes. */
  readonly standardError: Float64Array;
  /** The one that was used, in units of A. */
  readonly broadening: number;
  /** One a probe. N times the mean of Σ_k w_k f(θ_k) estimates Tr f(A). */
  readonly quadratures: readonly SpectralQuadrature[];
  /** All products with A: at most probes·steps. */
  readonly products: number;
}

/**
 * Spectral density by stochastic Lanczos quadrature (Ubaru, Chen & Saad 2017; Lin, Saad & Yang 2016; docs/theory.md §7), with
 * full reorthogonalisation. Holds `steps` vectors of length N. Throws a RangeError on counts that are not whole or below the
 * least ones, on a broadening that is not positive and finite, and where the operator does not keep its terms.
 */
export async function spectralDensity(
  operator: SymmetricOperator,
  options: SpectralDensityOptions,
): Promise<SpectralDensity> {
  requireSize(operator);
  const { probes = 10, steps = 60, points = 512 } = options;
  for (const [name, value, least] of [
    ["probes", probes, 2],
    ["steps", steps, 1],
    ["points", points, 2],
  ] as const) {
    if (!(Number.isInteger(value) && value >= least)) {
      throw new RangeError(`spectralDensity: expected at least ${least} ${name}, got ${value}`);
    }
  }
  const quadratures: SpectralQuadrature[] = [];
  for (let probe = 0; probe < probes; probe++) {
    quadratures.push(
      await quadrature(operator, Math.min(steps, operator.size), options, (fraction) =>
        options.onProgress?.((probe + fraction) / probes),
      ),
    );
  }
  const products = quadratures.reduce((sum, { nodes }) => sum + nodes.length, 0);
  return { ...broadened(quadratures, points, options.broadening), quadratures, products };
}

async function quadrature(
  operator: SymmetricOperator,
  steps: number,
  { kernels, random, signal }: MatrixFreeOptions,
  onProgress: (fraction: number) => void,
): Promise<SpectralQuadrature> {
  const { size } = operator;
  const basis = orthonormalBasis(size, steps, kernels);
  const projected = matrix(steps, steps);
  basis.append(randomSigns(size, random), Math.sqrt(size));
  let operatorNorm = 0;
  for (;;) {
    const { rest, remainder, length } = await krylovStep(operator, basis, projected, signal);
    operatorNorm = Math.max(operatorNorm, length);
    onProgress(basis.count / steps);
    if (basis.count === steps || isRounding(remainder, size, operatorNorm)) break;
    basis.append(rest, remainder);
  }
  const { values, vectors } = ritzPairs(projected, basis.count, 0, kernels);
  return { nodes: values, weights: values.map((_, k) => entry(vectors, 0, k) ** 2) };
}

function broadened(
  quadratures: readonly SpectralQuadrature[],
  points: number,
  given: number | undefined,
): Pick<SpectralDensity, "grid" | "density" | "standardError" | "broadening"> {
  const low = Math.min(...quadratures.map(({ nodes }) => nodes[0]));
  const high = Math.max(...quadratures.map(({ nodes }) => nodes[nodes.length - 1]));
  // a spectrum of one value has no width: then its magnitude, and for A = 0 the unit, sets the scale
  const broadening = given ?? (high - low || Math.abs(high) || 1) / 100;
  if (!(broadening > 0 && broadening < Infinity))
    throw new RangeError(`broadening: expected a finite positive number, got ${broadening}`);
  const start = low - 4 * broadening;
  const spacing = (high - low + 8 * broadening) / (points - 1);
  const grid = Float64Array.from({ length: points }, (_, i) => start + i * spacing);
  const density = new Float64Array(points);
  const standardError = new Float64Array(points);
  for (const [i, at] of grid.entries()) {
    const own = sampleMean(quadratures.map((rule) => gaussianSum(rule, at, broadening)));
    density[i] = own.mean;
    standardError[i] = own.standardError;
  }
  return { grid, density, standardError, broadening };
}

function gaussianSum({ nodes, weights }: SpectralQuadrature, at: number, deviation: number): number {
  const height = 1 / (deviation * Math.sqrt(2 * Math.PI));
  return nodes.reduce(
    (sum, node, k) => sum + weights[k] * height * Math.exp(-0.5 * ((at - node) / deviation) ** 2),
    0,
  );
}
