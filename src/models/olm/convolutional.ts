import type { Kernels } from "../../linalg/kernels/kernels.ts";
import { type Matrix, matrix, mirrorLower } from "../../linalg/matrix.ts";
import { type OverparametrisedLinear, requireCount } from "./family.ts";

/**
 * Linear convolutional network: circular convolutions C_1 … C_{L−1} on R^d and a dense read-out w ∈ R^d,
 * f(x) = wᵀC_{L−1} … C_1 x with (C_l h)_i = k^{−1/2} Σ_{j<k} q_l[j] h_{(i+j) mod d}. For the full kernel size k = d this is the
 * network of Gunasekar et al., "Implicit bias of gradient descent on linear convolutional networks", NeurIPS 2018,
 * §2, d^{−1/2} included. θ stacks q_1 … q_{L−1} and w, p = (L−1)k + d. `initialize` draws q_l[j] ~ N(0,1), w_i ~ N(0, 1/d).
 * Throws a RangeError unless d, the number of convolutions and k are integers of at least 1 and k ≤ d. docs/theory.md §3.
 *
 * With h_l = C_lᵀ … C_{L−1}ᵀ w (F = h_1, h_L = w), R_l = C_{l−1} … C_1 and S the shift (Sh)_i = h_{i+1}, the derivative by q_l[j]
 * is k^{−1/2} S^{−j} g_l with g_l = R_lᵀh_{l+1}, and by w it is the circulant R_Lᵀ. DF DFᵀ is the sum of their squares.
 */
export function convolutionalNetwork(options: {
  /** d */
  readonly dimension: number;
  /** L − 1 */
  readonly convolutions: number;
  /** k */
  readonly kernelSize: number;
  readonly kernels: Kernels;
}): OverparametrisedLinear {
  const { dimension, convolutions, kernelSize, kernels } = options;
  requireCount("dimension", dimension);
  requireCount("convolutions", convolutions);
  requireCount("kernelSize", kernelSize);
  if (kernelSize > dimension) {
    throw new RangeError(`kernelSize: expected at most the dimension ${dimension}, got ${kernelSize}`);
  }
  const parameters = convolutions * kernelSize + dimension;
  const filter = (theta: Float64Array, l: number) => theta.subarray(l * kernelSize, (l + 1) * kernelSize);
  const readOut = (theta: Float64Array) => theta.subarray(convolutions * kernelSize);

  /** h_1 … h_L, at indices 0 … L−1. */
  const reads = (theta: Float64Array): Float64Array[] => {
    const result: Float64Array[] = [readOut(theta).slice()];
    for (let l = convolutions - 1; l >= 0; l--) result.unshift(convolve(filter(theta, l), result[0], -1));
    return result;
  };

  return {
    name: `convolutional ${dimension}, ${convolutions} × ${kernelSize}`,
    dimension,
    parameters,
    initialize(stream) {
      const theta = stream.gaussians(new Float64Array(parameters));
      const last = readOut(theta);
      for (let i = 0; i < dimension; i++) last[i] /= Math.sqrt(dimension);
      return theta;
    },
    effective: (theta) => reads(theta)[0],
    pushforward(theta, direction) {
      const h = reads(theta);
      // Differentiates h_l = C_lᵀ h_{l+1}, from the read-out down.
      let moved = readOut(direction).slice();
      for (let l = convolutions - 1; l >= 0; l--) {
        const through = convolve(filter(theta, l), moved, -1);
        const own = convolve(filter(direction, l), h[l + 1], -1);
        moved = through.map((value, i) => value + own[i]);
      }
      return moved;
    },
    pullback(theta, covector) {
      const h = reads(theta);
      const result = new Float64Array(parameters);
      let features = covector;
      for (let l = 0; l < convolutions; l++) {
        filter(result, l).set(correlate(h[l + 1], features, kernelSize));
        features = convolve(filter(theta, l), features, 1);
      }
      readOut(result).set(features);
      return result;
    },
    metric(theta) {
      const h = reads(theta);
      const metric = matrix(dimension, dimension);
      /** R_lᵀ v = C_1ᵀ … C_{l−1}ᵀ v */
      const throughLayersBelow = (l: number, v: Float64Array): Float64Array => {
        let result = v;
        for (let below = l - 1; below >= 0; below--) result = convolve(filter(theta, below), result, -1);
        return result;
      };
      for (let l = 0; l < convolutions; l++) {
        kernels.syrk(1, shifts(throughLayersBelow(l, h[l + 1]), kernelSize), 1, metric);
      }
      // R_Lᵀ is the circulant of its first column, its square the circulant of that column's autocorrelation.
      const first = new Float64Array(dimension);
      first[0] = 1;
      const column = throughLayersBelow(convolutions, first);
      for (let shift = 0; shift < dimension; shift++) {
        let autocorrelation = 0;
        for (let i = 0; i < dimension; i++) autocorrelation += column[i] * column[(i + shift) % dimension];
        for (let i = shift; i < dimension; i++) metric.data[i * dimension + i - shift] += autocorrelation;
      }
      mirrorLower(metric);
      return metric;
    },
  };
}

/** k^{−1/2} Σ_j q[j] h_{(i + sign·j) mod d}: C h for sign 1, Cᵀh for sign −1. */
function convolve(filter: Float64Array, h: Float64Array, sign: 1 | -1): Float64Array {
  const dimension = h.length;
  const scale = filter.length ** -0.5;
  const around = twice(h);
  const result = new Float64Array(dimension);
  for (let i = 0; i < dimension; i++) {
    const start = sign === 1 ? i : dimension + i;
    let sum = 0;
    for (let j = 0; j < filter.length; j++) sum += filter[j] * around[start + sign * j];
    result[i] = scale * sum;
  }
  return result;
}

/** k^{−1/2} Σ_i g_i h_{(i+j) mod d} for j < k: the derivative of gᵀC h by its filter. */
function correlate(g: Float64Array, h: Float64Array, kernelSize: number): Float64Array {
  const around = twice(h);
  const scale = kernelSize ** -0.5;
  const result = new Float64Array(kernelSize);
  for (let j = 0; j < kernelSize; j++) {
    let sum = 0;
    for (let i = 0; i < g.length; i++) sum += g[i] * around[i + j];
    result[j] = scale * sum;
  }
  return result;
}

/** The d×k matrix with columns k^{−1/2} S^{−j} g. */
function shifts(g: Float64Array, kernelSize: number): Matrix<Float64Array> {
  const around = twice(g);
  const scale = kernelSize ** -0.5;
  const result = matrix(g.length, kernelSize);
  for (let i = 0; i < g.length; i++) {
    for (let j = 0; j < kernelSize; j++) result.data[i * kernelSize + j] = scale * around[g.length + i - j];
  }
  return result;
}

/** h followed by h: index i + d of it is h_{i mod d} for −d ≤ i < d, without a division. */
function twice(h: Float64Array): Float64Array {
  const result = new Float64Array(2 * h.length);
  result.set(h);
  result.set(h, h.length);
  return result;
}
