import type { Kernels } from "../../linalg/kernels/kernels.ts";
import { type Matrix, matrix, type SymmetricMatrix } from "../../linalg/matrix.ts";
import { leakyReLU } from "../../models/activations.ts";
import type { Linearization } from "../../models/linearization.ts";
import type { Model } from "../../models/model.ts";
import { deepLinear } from "../../models/olm/deepLinear.ts";
import type { OverparametrisedLinear } from "../../models/olm/family.ts";
import { linear } from "../../models/olm/linear.ts";
import { olmModel } from "../../models/olm/olmModel.ts";
import { signedSecondLayer, twoLayerModel } from "../../models/twoLayer.ts";
import type { RandomStream } from "../../random/stream.ts";
import { leak, type Sizes } from "./setting.ts";

/** A model on its data, with the coordinates in which its directions are cheapest to enumerate. */
export interface Instance {
  readonly model: Model;
  /** Times 1/Tr(S). */
  readonly learningRate: number;
  /** q: parameters that move the model, in coordinates isometric to its own (p, or the rank of DF DFᵀ where p is larger). */
  readonly directions: number;
  /** J in these coordinates, n×q. */
  jacobian(theta: Float64Array): Promise<Matrix>;
  /** F(θ) and R with x ↦ Rᵀx the gradient in these coordinates, where the model is linear in x. */
  readonly linear?: {
    effective(theta: Float64Array): Float64Array;
    root(theta: Float64Array): Matrix;
  };
}

interface InstanceOptions {
  readonly inputs: Matrix;
  readonly targets: Matrix;
  readonly size: Sizes;
  readonly stream: RandomStream;
  readonly kernels: Kernels;
}

export const modelClasses: ReadonlyMap<string, (options: InstanceOptions) => Instance> = new Map([
  ["linear", (options) => overparametrised(linear(options.size.dimension), 0.5, options)],
  [
    "two-layer linear",
    (options) => {
      const { size, kernels } = options;
      const family = deepLinear({ dimension: size.dimension, widths: [size.linearWidth], kernels });
      return overparametrised(family, 0.1, options);
    },
  ],
  [`two-layer, leaky ReLU (${leak})`, network],
] satisfies [string, (options: InstanceOptions) => Instance][]);

function overparametrised(
  family: OverparametrisedLinear,
  learningRate: number,
  { inputs, targets, kernels }: InstanceOptions,
): Instance {
  const root = (theta: Float64Array) => rootOf(family.metric(theta), kernels);
  return {
    model: olmModel({ family, inputs, targets, kernels }),
    learningRate,
    directions: family.dimension,
    async jacobian(theta) {
      const jacobian = matrix(inputs.rows, inputs.columns);
      kernels.gemm(1, inputs, root(theta), 0, jacobian);
      return jacobian;
    },
    linear: { effective: family.effective, root },
  };
}

function network({ inputs, targets, size, stream, kernels }: InstanceOptions): Instance {
  const secondLayer = signedSecondLayer(1, size.width, stream);
  const model = twoLayerModel({ inputs, targets, secondLayer, activation: leakyReLU(leak), kernels });
  return {
    model,
    learningRate: 0.5,
    directions: model.parameters,
    jacobian: (theta) => jacobianOf(model.linearize(theta)),
  };
}

/** R with RRᵀ = M, d×d: J = X·DF has the geometry of XR, as JJᵀ = XMXᵀ. */
function rootOf(metric: SymmetricMatrix, kernels: Kernels): Matrix {
  const { values, vectors } = kernels.symmetricEigen(metric);
  const root = matrix(metric.rows, metric.columns);
  for (let i = 0; i < root.rows; i++) {
    for (let k = 0; k < root.columns; k++) {
      const component = vectors.data[vectors.offset + i * vectors.rowStride + k * vectors.columnStride];
      root.data[i * root.columns + k] = component * Math.sqrt(Math.max(values[k], 0));
    }
  }
  return root;
}

/** J, column by column. */
async function jacobianOf(linearization: Linearization): Promise<Matrix> {
  const { parameters, residuals } = linearization;
  const jacobian = matrix(residuals.length, parameters);
  for (let k = 0; k < parameters; k++) {
    const unit = new Float64Array(parameters);
    unit[k] = 1;
    const column = await linearization.jvp(unit);
    for (let i = 0; i < column.length; i++) jacobian.data[i * parameters + k] = column[i];
  }
  return jacobian;
}
