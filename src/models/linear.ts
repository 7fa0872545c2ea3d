import type { Kernels } from "../linalg/kernels/kernels.ts";
import { type Matrix, matrix, type SymmetricMatrix, transpose } from "../linalg/matrix.ts";
import { requireGramSize } from "./gramSize.ts";
import { innerProducts } from "./innerProducts.ts";
import type { HessianModel } from "./model.ts";
import { requireLength } from "./requireLength.ts";
import { batchOf, meanLoss, type Samples, samples } from "./samples.ts";

/**
 * f(x;θ) = Wx with θ = W ∈ R^{C×d} row-major, p = C·d. Its Jacobian is the same everywhere, J_i = I_C ⊗ x_iᵀ, so
 * K = XXᵀ ⊗ I_C and H = G (docs/theory.md §1, §3). `initialize` draws W_ck ~ N(0, 1/d). Data are copied. Throws an
 * InputError unless n, d and C are at least 1, there is one target row per input row, and every number is finite.
 */
export function linearModel(options: {
  /** n×d */
  readonly inputs: Matrix<Float64Array>;
  /** n×C */
  readonly targets: Matrix<Float64Array>;
  readonly kernels: Kernels;
}): HessianModel {
  const { kernels } = options;
  const data = samples(options.inputs, options.targets);
  const { count, dimension, outputs } = data;
  const parameters = outputs * dimension;

  // of one output both are products with a vector, for which gemm takes several times as long as gemv
  /** X Vᵀ for V ∈ R^{C×d}, as a stacked n·C vector. */
  const apply = (inputs: Matrix, weights: Float64Array): Float64Array => {
    const result = matrix(inputs.rows, outputs);
    if (outputs === 1) kernels.gemv(1, inputs, weights, 0, result.data);
    else kernels.gemm(1, inputs, transpose(matrix(outputs, dimension, weights)), 0, result);
    return result.data;
  };
  /** scale·UᵀX for U ∈ R^{n×C}, written to a C×d array. */
  const applyTransposed = (
    scale: number,
    inputs: Matrix,
    stacked: Float64Array,
    out: Float64Array,
  ): Float64Array => {
    if (outputs === 1) {
      kernels.gemv(scale, transpose(inputs), stacked, 0, out);
      return out;
    }
    const weights = transpose(matrix(inputs.rows, outputs, stacked));
    kernels.gemm(scale, weights, inputs, 0, matrix(outputs, dimension, out));
    return out;
  };
  const residualsOf = (theta: Float64Array, at: Samples): Float64Array => {
    const residuals = apply(at.inputs, theta);
    for (let k = 0; k < residuals.length; k++) residuals[k] -= at.targets[k];
    return residuals;
  };

  return {
    samples: count,
    outputs,
    parameters,
    initialize: (stream) => stream.gaussians(new Float64Array(parameters), dimension ** -0.5),
    linearize(theta) {
      requireLength("theta", theta, parameters);
      return {
        samples: count,
        outputs,
        parameters,
        residuals: residualsOf(theta, data),
        jvp(direction) {
          requireLength("direction", direction, parameters);
          return apply(data.inputs, direction);
        },
        vjp(weights) {
          requireLength("weights", weights, count * outputs);
          return applyTransposed(1, data.inputs, weights, new Float64Array(parameters));
        },
        hvp(direction) {
          requireLength("direction", direction, parameters);
          const image = apply(data.inputs, direction);
          return applyTransposed(1 / count, data.inputs, image, new Float64Array(parameters));
        },
        gram() {
          requireGramSize(count * outputs);
          return repeatDiagonally(innerProducts(data.inputs, kernels), outputs);
        },
      };
    },
    gradient(theta, batch, gradient) {
      requireLength("theta", theta, parameters);
      requireLength("gradient", gradient, parameters);
      const at = batchOf(data, batch);
      const residuals = residualsOf(theta, at);
      applyTransposed(1 / at.count, at.inputs, residuals, gradient);
      return meanLoss(residuals, at.count);
    },
  };
}

/** A ⊗ I_C: entry ((i,c),(j,c')) is A_ij where c = c' and 0 elsewhere. */
function repeatDiagonally(a: SymmetricMatrix, outputs: number): SymmetricMatrix {
  if (outputs === 1) return a;
  const size = a.rows * outputs;
  const result = matrix(size, size);
  for (let i = 0; i < a.rows; i++) {
    for (let j = 0; j < a.rows; j++) {
      const value = a.data[i * a.rows + j];
      for (let c = 0; c < outputs; c++) result.data[(i * outputs + c) * size + j * outputs + c] = value;
    }
  }
  return result;
}
