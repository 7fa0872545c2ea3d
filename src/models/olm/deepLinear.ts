import type { Kernels } from "../../linalg/kernels/kernels.ts";
import { type Matrix, matrix, mirrorLower, transpose } from "../../linalg/matrix.ts";
import { type OverparametrisedLinear, requireCount } from "./family.ts";

/**
 * Deep linear network f(x) = W_L … W_1 x with hidden widths m_1 … m_{L−1}: W_l is m_l×m_{l−1}, m_0 = d, m_L = 1; θ stacks
 * W_1 … W_L, each row-major. One width is the two-layer linear network, none the linear model. `initialize` draws
 * layer l from N(0, 1/m_{l−1}). Throws a RangeError unless d and every width are integers of at least 1. docs/theory.md §3.
 *
 * With h_l = W_lᵀ … W_Lᵀ·1 (so F = h_1, h_{L+1} = 1) and R_l = W_{l−1} … W_1:
 * DF δθ = Σ_l R_lᵀ δW_lᵀ h_{l+1}, DFᵀv has blocks h_{l+1}(R_l v)ᵀ, and DF DFᵀ = Σ_l ‖h_{l+1}‖² R_lᵀR_l.
 */
export function deepLinear(options: {
  /** d */
  readonly dimension: number;
  /** m_1 … m_{L−1} */
  readonly widths: readonly number[];
  readonly kernels: Kernels;
}): OverparametrisedLinear {
  const { dimension, kernels } = options;
  const sizes = [dimension, ...options.widths, 1];
  for (const size of sizes) requireCount("dimension and widths", size);
  const depth = sizes.length - 1;
  /** offsets[l] is where W_{l+1} starts in θ. */
  const offsets = [0];
  for (let l = 0; l < depth; l++) offsets.push(offsets[l] + sizes[l] * sizes[l + 1]);
  const parameters = offsets[depth];

  /** The layers as views of θ. */
  const layers = (theta: Float64Array): Matrix[] =>
    sizes.slice(1).map((size, l) => matrix(size, sizes[l], theta.subarray(offsets[l], offsets[l + 1])));
  const times = (a: Matrix, x: Float64Array): Float64Array => {
    const y = new Float64Array(a.rows);
    kernels.gemv(1, a, x, 0, y);
    return y;
  };
  /** h_1 … h_{L+1}, at indices 0 … L. */
  const readOuts = (weights: readonly Matrix[]): Float64Array[] => {
    const reads: Float64Array[] = [Float64Array.of(1)];
    for (const layer of weights.toReversed()) reads.unshift(times(transpose(layer), reads[0]));
    return reads;
  };

  return {
    name: `deep linear ${sizes.join("-")}`,
    dimension,
    parameters,
    initialize(stream) {
      const theta = new Float64Array(parameters);
      for (let l = 0; l < depth; l++) {
        stream.gaussians(theta.subarray(offsets[l], offsets[l + 1]), sizes[l] ** -0.5);
      }
      return theta;
    },
    effective: (theta) => readOuts(layers(theta))[0],
    pushforward(theta, direction) {
      const weights = layers(theta);
      const reads = readOuts(weights);
      // Differentiates h_l = W_lᵀ h_{l+1}, from the last layer down.
      const changes = layers(direction);
      let moved: Float64Array = new Float64Array(1);
      for (let l = depth - 1; l >= 0; l--) {
        moved = times(transpose(weights[l]), moved);
        kernels.gemv(1, transpose(changes[l]), reads[l + 1], 1, moved);
      }
      return moved;
    },
    pullback(theta, covector) {
      const weights = layers(theta);
      const reads = readOuts(weights);
      const result = new Float64Array(parameters);
      let features = covector;
      for (const [l, block] of layers(result).entries()) {
        kernels.gemm(1, matrix(sizes[l + 1], 1, reads[l + 1]), matrix(1, sizes[l], features), 0, block);
        features = times(weights[l], features);
      }
      return result;
    },
    metric(theta) {
      const weights = layers(theta);
      /** ‖h_2‖² … ‖h_{L+1}‖² */
      const squares = readOuts(weights)
        .slice(1)
        .map((read) => read.reduce((sum, value) => sum + value * value, 0));
      const metric = matrix(dimension, dimension);
      // R_1 = I, R_2 = W_1.
      for (let k = 0; k < dimension; k++) metric.data[k * (dimension + 1)] = squares[0];
      let below = weights[0];
      for (let l = 1; l < depth; l++) {
        kernels.syrk(squares[l], transpose(below), 1, metric);
        if (l === depth - 1) break;
        const product = matrix(sizes[l + 1], dimension);
        kernels.gemm(1, weights[l], below, 0, product);
        below = product;
      }
      mirrorLower(metric);
      return metric;
    },
  };
}
