import { InputError } from "../../inputError.ts";
import type { Kernels } from "../../linalg/kernels/kernels.ts";
import { type Matrix, matrix, mirrorLower, transpose } from "../../linalg/matrix.ts";
import { requireGramSize } from "../gramSize.ts";
import type { Model } from "../model.ts";
import { requireLength } from "../requireLength.ts";
import { requireBatch, samples } from "../samples.ts";
import type { OverparametrisedLinear } from "./family.ts";

/**
 * f(x;θ) = F(θ)ᵀx on data, for any family: J = X·DF and K = X(DF DFᵀ)Xᵀ, so that beyond the family's own
 * derivatives nothing costs more with p (docs/theory.md §3). Data are copied. Throws an InputError unless n is at least 1,
 * there is one target row per input row, every number is finite, and there is one output and as many features as the
 * family's dimension d.
 */
export function olmModel(options: {
  readonly family: OverparametrisedLinear;
  /** n×d */
  readonly inputs: Matrix<Float64Array>;
  /** n×1 */
  readonly targets: Matrix<Float64Array>;
  readonly kernels: Kernels;
}): Model {
  const { family, kernels } = options;
  const data = samples(options.inputs, options.targets);
  const { count, dimension } = data;
  const { parameters } = family;
  if (data.outputs !== 1) {
    throw new InputError(
      `targets: expected one column, as ${family.name} has one output, got ${data.outputs}`,
    );
  }
  if (dimension !== family.dimension) {
    throw new InputError(
      `inputs: expected ${family.dimension} columns, the dimension of ${family.name}, got ${dimension}`,
    );
  }

  const { data: rows } = data.inputs;
  /** Xv */
  const apply = (v: Float64Array): Float64Array => {
    const result = new Float64Array(count);
    kernels.gemv(1, data.inputs, v, 0, result);
    return result;
  };

  return {
    samples: count,
    outputs: 1,
    parameters,
    initialize: (stream) => family.initialize(stream),
    linearize(theta) {
      requireLength("theta", theta, parameters);
      // The caller may go on training with its own array.
      const point = theta.slice();
      return {
        samples: count,
        outputs: 1,
        parameters,
        residuals: apply(family.effective(point)).map((prediction, i) => prediction - data.targets[i]),
        jvp(direction) {
          requireLength("direction", direction, parameters);
          return apply(family.pushforward(point, direction));
        },
        vjp(weights) {
          requireLength("weights", weights, count);
          const covector = new Float64Array(dimension);
          kernels.gemv(1, transpose(data.inputs), weights, 0, covector);
          return family.pullback(point, covector);
        },
        gram() {
          requireGramSize(count);
          const scaled = matrix(count, dimension);
          kernels.gemm(1, data.inputs, family.metric(point), 0, scaled);
          const gram = matrix(count, count);
          kernels.gemm(1, scaled, transpose(data.inputs), 0, gram);
          // Equal up to rounding already; now exactly.
          mirrorLower(gram);
          return gram;
        },
      };
    },
    gradient(theta, batch, gradient) {
      requireLength("theta", theta, parameters);
      requireLength("gradient", gradient, parameters);
      requireBatch(data.count, batch);
      const effective = family.effective(theta);
      // Plain loops: at the batches of SGD a call of a kernel costs more than the sums.
      const covector = new Float64Array(dimension);
      let squares = 0;
      for (let b = 0; b < batch.length; b++) {
        const start = batch[b] * dimension;
        let residual = -data.targets[batch[b]];
        for (let k = 0; k < dimension; k++) residual += effective[k] * rows[start + k];
        for (let k = 0; k < dimension; k++) covector[k] += (residual * rows[start + k]) / batch.length;
        squares += residual * residual;
      }
      gradient.set(family.pullback(theta, covector));
      return squares / (2 * batch.length);
    },
  };
}
