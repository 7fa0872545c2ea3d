import type { GaussianDesign } from "../../data/designs.ts";
import { type Moments, momentAccumulator } from "../../geometry/moments.ts";
import type { Kernels } from "../../linalg/kernels/kernels.ts";
import { type Matrix, matrix, type SymmetricMatrix } from "../../linalg/matrix.ts";
import type { OverparametrisedLinear } from "../../models/olm/family.ts";
import { olmModel } from "../../models/olm/olmModel.ts";
import type { RandomStream } from "../../random/stream.ts";
import type { Row, TrialContext } from "../experiment.ts";
import { mean } from "../rows.ts";
import { trainTowards } from "../training.ts";
import { families } from "./families.ts";
import { population } from "./population.ts";
import { regimes, type Sizes, situations, training } from "./setting.ts";

export interface OlmTrial extends Record<string, number | string> {
  family: string;
  seed: number;
}

/** μ against p at every situation; inputs and teacher are the same for every p, so that only the model changes. */
export async function measure(
  { family }: OlmTrial,
  { kernels, stream }: TrialContext,
  size: Sizes,
): Promise<readonly Row[]> {
  const members = families.get(family)?.(size, { kernels, stream });
  if (!members) throw new RangeError(`family: got ${family}`);
  return regimes(size).flatMap(({ name, samples, repeats, design }) => {
    const draws = Array.from({ length: repeats }, (_, repeat) => stream.split(name, repeat));
    const data = draws.map((drawn) => dataSet(design, samples, drawn));
    return members.flatMap((member) =>
      situations.map((situation) => {
        const measured = data.map((set, repeat) => {
          const own = draws[repeat].split(member.parameters, situation.theta);
          return measureAt(member, set, situation, own, kernels);
        });
        const { parameters } = member;
        const { theta, trained } = situation;
        return { regime: name, samples, parameters, theta, trained, ...averages(measured) };
      }),
    );
  });
}

interface DataSet {
  readonly design: GaussianDesign;
  /** θ* */
  readonly teacher: Float64Array;
  readonly inputs: Matrix;
}

function dataSet(design: GaussianDesign, samples: number, stream: RandomStream): DataSet {
  const { dimension } = design;
  return {
    design,
    teacher: stream.split("teacher").gaussians(new Float64Array(dimension), dimension ** -0.5),
    inputs: design.sample(samples, stream.split("inputs")),
  };
}

interface Measured extends Record<string, number> {
  /** μ */
  covariance: number;
  /** μ of the closed form at the same θ as n → ∞, and the effective dimension of its G. */
  population: number;
  effectiveDimension: number;
}

function averages(measured: readonly Measured[]): Measured {
  const names = Object.keys(measured[0]);
  return Object.fromEntries(
    names.map((name) => [name, mean(measured.map((values) => values[name]))]),
  ) as Measured;
}

function measureAt(
  family: OverparametrisedLinear,
  { design, teacher, inputs }: DataSet,
  { noise, spread, trained }: (typeof situations)[number],
  stream: RandomStream,
  kernels: Kernels,
): Measured {
  const targets = stream.split("labels").gaussians(new Float64Array(inputs.rows), noise);
  kernels.gemv(1, inputs, teacher, 1, targets);
  const model = olmModel({ family, inputs, targets: matrix(inputs.rows, 1, targets), kernels });
  const populationAt = (theta: Float64Array, metric: SymmetricMatrix) => {
    const delta = family.effective(theta).map((weight, k) => weight - teacher[k]);
    return population(design.eigenvalues, metric, delta, noise);
  };

  let theta: Float64Array = model.initialize(stream.split("initial")).map((weight) => weight * spread);
  if (trained) {
    // G grows from where it starts small; what the targets ask for is of the order of Tr S
    const trace = design.eigenvalues.reduce((sum, value) => sum + value, 0);
    const start = populationAt(theta, family.metric(theta)).trace;
    const learningRate = 0.5 / Math.max(start, 2 * trace);
    theta = trainTowards(model, theta, { ...training, learningRate, stream: stream.split("batches") });
  }
  const metric = family.metric(theta);
  const { alignment, effectiveDimension } = populationAt(theta, metric);
  const moments = momentAccumulator(family.dimension, 1, kernels);
  moments.add({ jacobian: inputs, residuals: model.linearize(theta).residuals });
  return {
    covariance: alignmentThroughMetric(moments.finish(), metric, kernels),
    population: alignment,
    effectiveDimension,
  };
}

/**
 * μ of f = F(θ)ᵀx from the moments of the linear model with the same residuals, S_n = (1/n) Σ x_i x_iᵀ and
 * C = Cov(r x), and the metric M = DF DFᵀ: as G = DFᵀ S_n DF and Σ = DFᵀ C DF, Tr(ΣG) = Tr(C M S_n M) and
 * ‖G‖_F² = Tr(S_n M S_n M). All d×d, whatever p is (derived from docs/theory.md §2–3).
 */
export function alignmentThroughMetric(moments: Moments, metric: SymmetricMatrix, kernels: Kernels): number {
  const { gaussNewton, covariance, samples, squaredResiduals } = moments;
  const timesMetric = (a: Matrix): Matrix => {
    const product = matrix(metric.rows, metric.columns);
    kernels.gemm(1, a, metric, 0, product);
    return product;
  };
  const geometry = timesMetric(gaussNewton);
  const aligned = traceOfProduct(timesMetric(covariance), geometry);
  return ((aligned / traceOfProduct(geometry, geometry)) * samples) / squaredResiduals;
}

/** Tr(AB). */
function traceOfProduct(a: Matrix, b: Matrix): number {
  let sum = 0;
  for (let i = 0; i < a.rows; i++) {
    for (let j = 0; j < a.columns; j++) sum += a.data[i * a.columns + j] * b.data[j * b.columns + i];
  }
  return sum;
}
