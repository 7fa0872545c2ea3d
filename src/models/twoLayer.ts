import { InputError } from "../inputError.ts";
import type { Kernels } from "../linalg/kernels/kernels.ts";
import { dense, type Matrix, matrix, type SymmetricMatrix, transpose } from "../linalg/matrix.ts";
import type { RandomStream } from "../random/stream.ts";
import type { Activation } from "./activations.ts";
import { requireGramSize } from "./gramSize.ts";
import { innerProducts } from "./innerProducts.ts";
import type { HessianModel } from "./model.ts";
import { requireLength } from "./requireLength.ts";
import { batchOf, meanLoss, type Samples, samples } from "./samples.ts";

/**
 * a_cj = ±1/√m with independent signs, C×m: the second layer that keeps outputs of order one at any width m, for
 * `twoLayerModel`.
 */
export function signedSecondLayer(
  outputs: number,
  width: number,
  stream: RandomStream,
): Matrix<Float64Array> {
  const magnitude = width ** -0.5;
  const layer = matrix(outputs, width);
  for (let k = 0; k < layer.data.length; k++)
    layer.data[k] = stream.integer(2) === 0 ? magnitude : -magnitude;
  return layer;
}

/**
 * f_c(x;θ) = Σ_j a_cj σ(b_jᵀx) with the second layer a ∈ R^{C×m} fixed and θ = b ∈ R^{m×d} trained, row-major,
 * p = m·d ([WW, the two-layer networks]; docs/theory.md §3 (b)). `initialize` draws b_jk ~ N(0, 1/d).
 *
 * ∂f_c(x_i)/∂b_j = a_cj σ'(b_jᵀx_i) x_i, so with e_ic = (a_cj σ'(b_jᵀx_i))_j the Gram matrix is
 * K_{(i,c),(j,c')} = (x_iᵀx_j)(e_icᵀe_jc') (docs/theory.md §2): nothing of size n×p is formed. Data are copied. Throws an
 * InputError unless n, d, C and m are at least 1, there is one target row per input row, `secondLayer` has one row an
 * output, and every number is finite.
 */
export function twoLayerModel(options: {
  /** n×d */
  readonly inputs: Matrix<Float64Array>;
  /** n×C */
  readonly targets: Matrix<Float64Array>;
  /** C×m; its columns set the width. */
  readonly secondLayer: Matrix<Float64Array>;
  readonly activation: Activation;
  readonly kernels: Kernels;
}): HessianModel {
  const { activation, kernels } = options;
  const data = samples(options.inputs, options.targets);
  const { count, dimension, outputs } = data;
  const second = checkedSecondLayer(options.secondLayer, outputs);
  const width = second.columns;
  const parameters = width * dimension;

  /** X Vᵀ for V ∈ R^{m×d}: n×m. */
  const hidden = (inputs: Matrix, weights: Float64Array): Matrix => {
    const result = matrix(inputs.rows, width);
    kernels.gemm(1, inputs, transpose(matrix(width, dimension, weights)), 0, result);
    return result;
  };
  /** H aᵀ for H ∈ R^{n×m}, as a stacked n·C vector. */
  const readOut = (units: Matrix): Float64Array => {
    const result = matrix(units.rows, outputs);
    kernels.gemm(1, units, transpose(second), 0, result);
    return result.data;
  };
  /** scale·((U a) ∘ S)ᵀX for U ∈ R^{n×C} and slopes S ∈ R^{n×m}, written to an m×d array. */
  const backward = (
    scale: number,
    inputs: Matrix,
    slopes: Matrix,
    stacked: Float64Array,
    out: Float64Array,
  ) => {
    const deltas = matrix(inputs.rows, width);
    kernels.gemm(1, matrix(inputs.rows, outputs, stacked), second, 0, deltas);
    multiply(deltas, slopes);
    kernels.gemm(scale, transpose(deltas), inputs, 0, matrix(width, dimension, out));
  };
  /** Residuals and the n×m slopes σ'(b_jᵀx_i). */
  const forward = (theta: Float64Array, at: Samples): { residuals: Float64Array; slopes: Matrix } => {
    const units = hidden(at.inputs, theta);
    const slopes = matrix(at.count, width);
    for (let k = 0; k < units.data.length; k++) {
      slopes.data[k] = activation.derivative(units.data[k]);
      units.data[k] = activation.value(units.data[k]);
    }
    const residuals = readOut(units);
    for (let k = 0; k < residuals.length; k++) residuals[k] -= at.targets[k];
    return { residuals, slopes };
  };

  return {
    samples: count,
    outputs,
    parameters,
    initialize: (stream) => stream.gaussians(new Float64Array(parameters), dimension ** -0.5),
    linearize(theta) {
      requireLength("theta", theta, parameters);
      const { residuals, slopes } = forward(theta, data);
      const point = theta.slice();
      return {
        samples: count,
        outputs,
        parameters,
        residuals,
        jvp(direction) {
          requireLength("direction", direction, parameters);
          const units = hidden(data.inputs, direction);
          multiply(units, slopes);
          return readOut(units);
        },
        vjp(weights) {
          requireLength("weights", weights, count * outputs);
          const result = new Float64Array(parameters);
          backward(1, data.inputs, slopes, weights, result);
          return result;
        },
        // G·v and, where units bend, (1/n) Σ_ic r_ic a_cj σ''(b_jᵀx_i) (v_jᵀx_i) x_i
        hvp(direction) {
          requireLength("direction", direction, parameters);
          const change = hidden(data.inputs, direction);
          const units = hidden(data.inputs, point);
          const bends = matrix(count, width);
          for (let k = 0; k < bends.data.length; k++) {
            bends.data[k] = activation.secondDerivative(units.data[k]) * change.data[k];
          }
          multiply(change, slopes);
          const product = new Float64Array(parameters);
          backward(1 / count, data.inputs, bends, residuals, product);
          const gaussNewton = new Float64Array(parameters);
          backward(1 / count, data.inputs, slopes, readOut(change), gaussNewton);
          for (let k = 0; k < parameters; k++) product[k] += gaussNewton[k];
          return product;
        },
        gram: () => structuredGram(data.inputs, slopes, second, kernels),
      };
    },
    gradient(theta, batch, gradient) {
      requireLength("theta", theta, parameters);
      requireLength("gradient", gradient, parameters);
      const at = batchOf(data, batch);
      const { residuals, slopes } = forward(theta, at);
      backward(1 / at.count, at.inputs, slopes, residuals, gradient);
      return meanLoss(residuals, at.count);
    },
  };
}

/** K = (XXᵀ ⊗ 1_C 1_Cᵀ) ∘ EEᵀ with rows e_ic of E ∈ R^{nC×m} (docs/theory.md §2, structured Gram). */
function structuredGram(inputs: Matrix, slopes: Matrix, second: Matrix, kernels: Kernels): SymmetricMatrix {
  const outputs = second.rows;
  const size = inputs.rows * outputs;
  requireGramSize(size);
  const sensitivities = matrix(size, second.columns);
  for (let i = 0; i < inputs.rows; i++) {
    for (let c = 0; c < outputs; c++) {
      const row = (i * outputs + c) * second.columns;
      for (let j = 0; j < second.columns; j++) {
        sensitivities.data[row + j] =
          second.data[c * second.columns + j] * slopes.data[i * second.columns + j];
      }
    }
  }
  const gram = innerProducts(sensitivities, kernels);
  const products = innerProducts(inputs, kernels).data;
  for (let row = 0; row < size; row++) {
    const sample = Math.floor(row / outputs);
    for (let other = 0; other < inputs.rows; other++) {
      const product = products[sample * inputs.rows + other];
      const start = row * size + other * outputs;
      for (let c = 0; c < outputs; c++) gram.data[start + c] *= product;
    }
  }
  return gram;
}

/** a ← a ∘ b for row-major matrices of one shape. */
function multiply(a: Matrix, b: Matrix): void {
  for (let k = 0; k < a.data.length; k++) a.data[k] *= b.data[k];
}

function checkedSecondLayer(secondLayer: Matrix<Float64Array>, outputs: number): Matrix<Float64Array> {
  if (secondLayer.rows !== outputs || secondLayer.columns === 0) {
    throw new InputError(
      `second layer: expected ${outputs} rows, one an output, of at least one unit, got ${secondLayer.rows}×${secondLayer.columns}`,
    );
  }
  const copy = dense(secondLayer);
  if (!copy.data.every(Number.isFinite))
    throw new InputError("second layer: expected finite numbers, got NaN or Inf");
  return copy;
}
