import type { GaussianDesign } from "../../data/designs.ts";
import type { Kernels } from "../../linalg/kernels/kernels.ts";
import { type Matrix, matrix } from "../../linalg/matrix.ts";
import { linearModel } from "../../models/linear.ts";
import type { RandomStream } from "../../random/stream.ts";
import type { Row, TrialContext } from "../experiment.ts";
import { situations } from "../situations.ts";
import { trainTowards } from "../training.ts";
import { inputGeometry } from "./inputGeometry.ts";
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
  const trace = design.eigenvalues.reduce((sum, value) => sum + value, 0);
  const rows: Row[] = [];
  for (const n of sizes[scale].samples) {
    const draws = stream.split("n", n);
    const inputs = design.sample(n, draws.split("inputs"));
    const teacher = draws
      .split("teacher")
      .gaussians(new Float64Array(design.dimension), design.dimension ** -0.5);
    const geometry = await inputGeometry(inputs, kernels);
    for (const [index, situation] of situations.entries()) {
      const own = draws.split("situation", index);
      const targets = targetsOf(inputs, teacher, situation.noise, own, kernels);
      const model = linearModel({ inputs, targets, kernels });
      const start = model.initialize(own.split("initial")).map((weight) => weight * situation.spread);
      const theta = situation.trained
        ? trainTowards(model, start, {
            ...training,
            learningRate: 0.5 / trace,
            stream: own.split("batches"),
            loss: geometry.loss(targets.data),
          })
        : start;
      const alignment = geometry.alignment(model.linearize(theta).residuals);
      rows.push({
        samples: n,
        theta: situation.theta,
        covariance: alignment.covariance,
        secondMoment: alignment.secondMoment,
        population: populationValue(design, theta, teacher, situation.noise),
        worst: geometry.extremes.min,
        best: geometry.extremes.max,
      });
    }
  }
  return rows;
}

function targetsOf(
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
