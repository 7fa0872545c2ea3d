import type { GaussianDesign } from "../../data/designs.ts";
import { type Alignment, lossAlignment } from "../../geometry/alignment.ts";
import { type Extremes, lossAlignmentExtremes } from "../../geometry/certificate.ts";
import { momentLossAlignment, realisableExtremes } from "../../geometry/momentGeometry.ts";
import { momentAccumulator } from "../../geometry/moments.ts";
import { pointOf } from "../../geometry/point.ts";
import { defined } from "../../geometry/undefined.ts";
import type { Kernels } from "../../linalg/kernels/kernels.ts";
import { type Matrix, matrix, mirrorLower, transpose } from "../../linalg/matrix.ts";
import { linearModel } from "../../models/linear.ts";
import type { Model } from "../../models/model.ts";
import type { RandomStream } from "../../random/stream.ts";
import type { Row, TrialContext } from "../experiment.ts";
import { situations } from "../situations.ts";
import { trainTowards } from "../training.ts";
import { designs, sizes, training } from "./setting.ts";

export interface LinearTrial extends Record<string, number | string> {
  spectrum: string;
  seed: number;
}

/** μ and μ₁ against n at every situation, for inputs of one covariance. */
export async function measure(
  { spectrum }: LinearTrial,
  { kernels, scale, stream }: TrialContext,
): Promise<readonly Row[]> {
  const design = designs(scale).get(spectrum);
  if (!design) throw new RangeError(`spectrum: got ${spectrum}`);
  const rows: Row[] = [];
  for (const n of sizes[scale].samples) {
    const draws = stream.split("n", n);
    const inputs = design.sample(n, draws.split("inputs"));
    const teacher = draws
      .split("teacher")
      .gaussians(new Float64Array(design.dimension), design.dimension ** -0.5);
    const alignmentAt = await alignments(inputs, kernels);
    for (const [index, situation] of situations.entries()) {
      const own = draws.split("situation", index);
      const model = linearModel({
        inputs,
        targets: targets(inputs, teacher, situation.noise, own, kernels),
        kernels,
      });
      const start = model.initialize(own.split("initial")).map((weight) => weight * situation.spread);
      const theta = situation.trained ? train(model, start, design, own.split("batches")) : start;
      const { alignment, extremes } = await alignmentAt(model, theta);
      rows.push({
        samples: n,
        theta: situation.theta,
        covariance: alignment.covariance,
        secondMoment: alignment.secondMoment,
        population: populationValue(design, theta, teacher, situation.noise),
        worst: extremes.min,
        best: extremes.max,
      });
    }
  }
  return rows;
}

function targets(
  inputs: Matrix,
  teacher: Float64Array,
  noise: number,
  stream: RandomStream,
  kernels: Kernels,
): Matrix {
  const y = stream.split("labels").gaussians(new Float64Array(inputs.rows), noise);
  kernels.gemv(1, inputs, teacher, 1, y);
  return matrix(inputs.rows, 1, y);
}

function train(
  model: Model,
  theta: Float64Array,
  design: GaussianDesign,
  stream: RandomStream,
): Float64Array {
  const trace = design.eigenvalues.reduce((sum, value) => sum + value, 0);
  return trainTowards(model, theta, { ...training, learningRate: 0.5 / trace, stream });
}

interface AlignmentAtTheta {
  readonly alignment: Alignment;
  /** Over the residuals that linear targets can leave. */
  readonly extremes: Extremes;
}

/** μ at any θ: from K when n < d, from d×d moments otherwise. */
async function alignments(
  inputs: Matrix,
  kernels: Kernels,
): Promise<(model: Model, theta: Float64Array) => Promise<AlignmentAtTheta>> {
  if (inputs.rows < inputs.columns) {
    return async (model, theta) => {
      const point = await pointOf(model.linearize(theta));
      // with n < d every residual vector is realisable
      const extremes = defined(await lossAlignmentExtremes(point, kernels));
      return { alignment: defined(lossAlignment(point)), extremes };
    };
  }
  const extremes = defined(await manySampleExtremes(inputs, kernels));
  return async (model, theta) => {
    const accumulator = momentAccumulator(inputs.columns, 1, kernels);
    accumulator.add({ jacobian: inputs, residuals: model.linearize(theta).residuals });
    return { alignment: defined(momentLossAlignment(accumulator.finish(), kernels)), extremes };
  };
}

async function manySampleExtremes(inputs: Matrix, kernels: Kernels) {
  const { rows: n, columns: d } = inputs;
  const gaussNewton = matrix(d, d);
  kernels.syrk(1 / n, transpose(inputs), 0, gaussNewton);
  mirrorLower(gaussNewton);
  const images = matrix(n, d);
  kernels.gemm(1, inputs, gaussNewton, 0, images);
  const scaled = matrix(n, d, inputs.data.slice());
  for (let i = 0; i < n; i++) {
    let form = 0;
    for (let k = i * d; k < (i + 1) * d; k++) form += images.data[k] * inputs.data[k];
    for (let k = i * d; k < (i + 1) * d; k++) scaled.data[k] *= Math.sqrt(form);
  }
  const weighted = matrix(d, d);
  kernels.syrk(1 / n, transpose(scaled), 0, weighted);
  mirrorLower(weighted);
  return realisableExtremes(gaussNewton, weighted, kernels);
}

/**
 * μ in the limit n → ∞ at a θ that does not depend on the inputs: 1 + δᵀS³δ/(2L·‖S‖_F²) with 2L = δᵀSδ + noise²
 * (derived in docs/theory.md §3; label noise adds to L alone).
 */
function populationValue(
  design: GaussianDesign,
  theta: Float64Array,
  teacher: Float64Array,
  noise: number,
): number {
  let loss = noise ** 2;
  let cubic = 0;
  let geometry = 0;
  for (const [k, value] of design.eigenvalues.entries()) {
    const delta = theta[k] - teacher[k];
    loss += value * delta * delta;
    cubic += value ** 3 * delta * delta;
    geometry += value * value;
  }
  return 1 + cubic / (loss * geometry);
}
