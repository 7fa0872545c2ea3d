import { type GaussianDesign, isotropic, powerLaw, spiked } from "../../data/designs.ts";
import type { Kernels } from "../../linalg/kernels/kernels.ts";
import { entry, type Matrix, matrix, type SymmetricMatrix } from "../../linalg/matrix.ts";
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

/** What Gaussian inputs make of the noise as n → ∞, at a θ that does not depend on them. */
interface Population {
  /** ‖∇L‖²/(2L‖G‖_F), where ‖Σ − 2L·G‖_F/‖2L·G‖_F goes. */
  readonly limit: number;
  /** Tr(G)²/‖G‖_F² */
  readonly effectiveDimension: number;
}

/** A model with a teacher, before there are inputs. */
export interface Task {
  /** y without noise, length n. */
  targets(inputs: Matrix): Float64Array;
  model(inputs: Matrix, targets: Float64Array): Model;
  /** Columns of `jacobian`. */
  readonly columns: number;
  /** J at θ, or any factor of K = JJᵀ: the metrics do not tell them apart. */
  jacobian(at: Linearization, inputs: Matrix, theta: Float64Array): Matrix | Promise<Matrix>;
  /** Tr G at θ, for the learning rate. */
  curvature(theta: Float64Array): number;
  /** Undefined where there is no closed form. */
  population?(theta: Float64Array, noise: number): Population;
}

export interface Subject {
  readonly design: GaussianDesign;
  readonly samples: readonly number[];
  /** Draws the teacher, and what of the model is fixed. */
  task(stream: RandomStream, kernels: Kernels): Task;
}

/** The models by name. */
export function subjects(sizes: Sizes): ReadonlyMap<string, Subject> {
  const { dimension: d, samples, wide, network } = sizes;
  const ofLinear = (design: GaussianDesign, at = samples): Subject => ({
    design,
    samples: at,
    task: (stream, kernels) => gaussianTask(linear(design.dimension), design, stream, kernels),
  });
  return new Map([
    ["linear, isotropic", ofLinear(isotropic(d))],
    ["linear, power law 1/k", ofLinear(powerLaw(d, 1))],
    ["linear, spiked", ofLinear(spiked(d, 2, 5))],
    ["deep linear, power law 1/√k", deepLinearSubject(sizes)],
    [`linear, isotropic, d = ${wide.dimension}`, ofLinear(isotropic(wide.dimension), wide.samples)],
    ["two-layer network", networkSubject(network)],
  ]);
}

function deepLinearSubject({ dimension, samples }: Sizes): Subject {
  const design = powerLaw(dimension, 0.5);
  const widths = [2 * dimension, 2 * dimension];
  return {
    design,
    samples,
    task: (stream, kernels) =>
      gaussianTask(deepLinear({ dimension, widths, kernels }), design, stream, kernels),
  };
}

/**
 * f = F(θ)ᵀx on x ~ N(0,S): with A = DFᵀ, δ = F(θ) − F*, G = ASAᵀ, ∇L = ASδ and 2L = δᵀSδ + noise²
 * (docs/theory.md §3), all from the d×d metric M = DF DFᵀ, whatever p is.
 */
function gaussianTask(
  family: OverparametrisedLinear,
  { dimension, eigenvalues }: GaussianDesign,
  stream: RandomStream,
  kernels: Kernels,
): Task {
  const teacher = stream.gaussians(new Float64Array(dimension), dimension ** -0.5);
  const curvature = (metric: SymmetricMatrix) =>
    eigenvalues.reduce((sum, value, k) => sum + value * metric.data[k * (dimension + 1)], 0);
  return {
    targets: (inputs) => times(inputs, teacher, kernels),
    model: (inputs, targets) =>
      olmModel({ family, inputs, targets: matrix(inputs.rows, 1, targets), kernels }),
    columns: dimension,
    jacobian(_, inputs, theta) {
      const factor = matrix(inputs.rows, dimension);
      kernels.gemm(1, inputs, rootOf(family.metric(theta), kernels), 0, factor);
      return factor;
    },
    curvature: (theta) => curvature(family.metric(theta)),
    population(theta, noise) {
      const metric = family.metric(theta);
      const effective = family.effective(theta);
      const scaled = eigenvalues.map((value, k) => value * (effective[k] - teacher[k]));
      let twiceLoss = noise ** 2;
      for (const [k, value] of scaled.entries()) twiceLoss += value * (effective[k] - teacher[k]);
      let gradient = 0;
      let geometry = 0;
      for (let i = 0; i < dimension; i++) {
        for (let j = 0; j < dimension; j++) {
          const m = metric.data[i * dimension + j];
          gradient += scaled[i] * m * scaled[j];
          geometry += eigenvalues[i] * m * m * eigenvalues[j];
        }
      }
      return {
        limit: gradient / (twiceLoss * Math.sqrt(geometry)),
        effectiveDimension: curvature(metric) ** 2 / geometry,
      };
    },
  };
}

/** R with RRᵀ = M, for a positive semi-definite M. */
function rootOf(metric: SymmetricMatrix, kernels: Kernels): Matrix {
  const { values, vectors } = kernels.symmetricEigen(metric);
  const root = matrix(metric.rows, metric.rows);
  for (let i = 0; i < metric.rows; i++) {
    for (let k = 0; k < metric.rows; k++) {
      root.data[i * metric.rows + k] = entry(vectors, i, k) * Math.sqrt(Math.max(values[k], 0));
    }
  }
  return root;
}

/** A leaky-ReLU network that learns from another one of its width. */
function networkSubject({ dimension, width, samples }: Sizes["network"]): Subject {
  const activation = leakyReLU(leak);
  return {
    design: isotropic(dimension),
    samples,
    task(stream, kernels) {
      const secondLayer = signedSecondLayer(1, width, stream.split("second layer"));
      const teacherLayer = signedSecondLayer(1, width, stream.split("teacher's second layer"));
      const modelWith = (inputs: Matrix, targets: Float64Array, second: Matrix) =>
        twoLayerModel({
          inputs,
          targets: matrix(inputs.rows, 1, targets),
          secondLayer: second,
          activation,
          kernels,
        });
      return {
        targets(inputs) {
          const teacher = modelWith(inputs, new Float64Array(inputs.rows), teacherLayer);
          return teacher.linearize(teacher.initialize(stream.split("teacher"))).residuals;
        },
        model: (inputs, targets) => modelWith(inputs, targets, secondLayer),
        columns: width * dimension,
        jacobian: jacobianByColumns,
        // slopes are at most 1 and ‖a‖ = 1
        curvature: () => dimension,
      };
    },
  };
}

/** J = [J e_1, …, J e_p], n×p, column-major. */
async function jacobianByColumns(at: Linearization): Promise<Matrix> {
  const { samples, parameters } = at;
  const data = new Float64Array(samples * parameters);
  for (let k = 0; k < parameters; k++) {
    const unit = new Float64Array(parameters);
    unit[k] = 1;
    data.set(await at.jvp(unit), k * samples);
  }
  return { data, rows: samples, columns: parameters, offset: 0, rowStride: 1, columnStride: samples };
}

function times(inputs: Matrix, weights: Float64Array, kernels: Kernels): Float64Array {
  const result = new Float64Array(inputs.rows);
  kernels.gemv(1, inputs, weights, 0, result);
  return result;
}
