/**
 * The one-step law of projections (docs/theory.md §4): the noise of a batch moves θ within a subspace P by
 * E‖P(ηg_B − η∇L)‖² = η²c·Tr(PΣ), at any η. A subspace is given by the images z_j = J v_j of an orthonormal basis, as the
 * columns of an n·C × k matrix: the gradient of sample i has the component r_iᵀ(z_j)_i along v_j, so that nothing of length p
 * is needed.
 */
import { directionalAlignment } from "../geometry/directional.ts";
import { meanInterval } from "../geometry/interval.ts";
import { noiseSummary } from "../geometry/noise.ts";
import { squaredNorm } from "../geometry/perSample.ts";
import type { GeometryPoint } from "../geometry/point.ts";
import { isDefined } from "../geometry/undefined.ts";
import { dense, entry, type Matrix, matrix } from "../linalg/matrix.ts";
import type { Linearization } from "../models/linearization.ts";
import { batchNoise } from "./batchNoise.ts";
import { drawnBatches, type Measured, type StepDraws } from "./drawnBatches.ts";
import type { SgdStep } from "./secondMoment.ts";

type Residuals = Pick<Linearization, "samples" | "outputs" | "residuals">;

/**
 * Row i: the components of g_i − ∇L along an orthonormal basis, n × k, from its images J v_j, the columns of an n·C × k matrix
 * (docs/theory.md §8). Throws a RangeError on images of another row count than residuals.
 */
export function gradientComponents(
  { samples, outputs, residuals }: Residuals,
  images: Matrix<Float64Array>,
): Matrix<Float64Array> {
  if (images.rows !== residuals.length) {
    throw new RangeError(`images: expected ${residuals.length} rows (samples × outputs), got ${images.rows}`);
  }
  const components = matrix(samples, images.columns);
  const { data } = components;
  for (let j = 0; j < images.columns; j++) {
    let mean = 0;
    for (let i = 0; i < samples; i++) {
      let slope = 0;
      for (let k = i * outputs; k < (i + 1) * outputs; k++) slope += residuals[k] * entry(images, k, j);
      data[i * images.columns + j] = slope;
      mean += slope / samples;
    }
    for (let i = 0; i < samples; i++) data[i * images.columns + j] -= mean;
  }
  return components;
}

/** η²‖P(g_B − ∇L)‖² of a batch of sample indices, from the centred components of the gradients (n × k). docs/theory.md §4. */
export function squaredDisplacement(
  components: Matrix<Float64Array>,
  batch: Int32Array,
  learningRate: number,
): number {
  const { data, columns } = components;
  let squares = 0;
  for (let j = 0; j < columns; j++) {
    let sum = 0;
    for (let b = 0; b < batch.length; b++) sum += data[batch[b] * columns + j];
    squares += ((learningRate * sum) / batch.length) ** 2;
  }
  return squares;
}

/**
 * Mean squared displacement by noise over batches drawn anew, in units of parameter², with its 95 % Student interval as in
 * `measureLossIncrease`; `images` as in `gradientComponents` (docs/theory.md §4). Throws a RangeError on images of another row
 * count than residuals, and on a batch size that does not fit.
 */
export function measureProjection(at: Residuals, images: Matrix<Float64Array>, draws: StepDraws): Measured {
  const components = gradientComponents(at, images);
  const values: number[] = [];
  for (const batch of drawnBatches(at.samples, draws)) {
    values.push(squaredDisplacement(components, batch, draws.learningRate));
  }
  return meanInterval(values);
}

/** η²c·Tr(PΣ), from the centred components of the gradients (n × k). docs/theory.md §4. Throws as `batchNoise` does. */
export function expectedDisplacement(components: Matrix<Float64Array>, step: SgdStep): number {
  const trace = squaredNorm(components.data) / components.rows;
  return step.learningRate ** 2 * batchNoise(components.rows, step) * trace;
}

/** What alignment predicts for E‖P(θ_{t+1} − E θ_{t+1})‖² of one step, in units of parameter². docs/theory.md §4. */
export interface ProjectionPrediction {
  /** η²c·2L·g(P)·Tr(PG) = η²c·Tr(PΣ) [WW]: exact. */
  readonly aligned: number;
  /** η²c·2L·Tr(PG): the same with g = 1, of noise Σ = 2L·G. */
  readonly decoupled: number;
}

/**
 * What the directional alignment says of the displacement, `images` as in `gradientComponents`; 0 where there is no loss or no
 * slope along the subspace (docs/theory.md §4). Throws as `directionalAlignment` does, and elsewhere as `batchNoise` does.
 */
export function predictProjection(
  point: GeometryPoint,
  images: Matrix<Float64Array>,
  step: SgdStep,
): ProjectionPrediction {
  const alignment = directionalAlignment(point, images);
  // without loss or slopes along the subspace there is no noise in it
  if (!isDefined(alignment)) return { aligned: 0, decoupled: 0 };
  const trace = squaredNorm(dense(images).data) / point.samples;
  const decoupled =
    step.learningRate ** 2 * batchNoise(point.samples, step) * 2 * noiseSummary(point).loss * trace;
  return { aligned: alignment.covariance * decoupled, decoupled };
}
