import type { GaussianDesign } from "../../data/designs.ts";
import type { RandomStream } from "../../random/stream.ts";
import type { Row, TrialContext } from "../experiment.ts";
import { situations } from "../situations.ts";
import { trainByLoss } from "../training.ts";
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
  const { samples, dimension } = sizes[scale];
  // for every n in turn: new memory has to be mapped page by page
  const storage = new Float64Array(Math.max(...samples) * dimension);
  const rows: Row[] = [];
  for (const n of samples) {
    const draws = stream.split("n", n);
    const inputs = design.sample(n, draws.split("inputs"), storage.subarray(0, n * dimension));
    const weights = (from: RandomStream) => from.gaussians(new Float64Array(dimension), dimension ** -0.5);
    const teacher = weights(draws.split("teacher"));
    const geometry = await inputGeometry(inputs, kernels);
    for (const [index, { theta, noise, trained, spread }] of situations.entries()) {
      const own = draws.split("situation", index);
      const fit = geometry.fit(
        noise === 0 ? undefined : own.split("labels").gaussians(new Float64Array(n), noise),
      );
      const start = weights(own.split("initial")).map((weight, k) => spread * weight - teacher[k]);
      const options = { ...training, learningRate: 0.5 / trace, stream: own.split("batches") };
      const delta = trained ? trainByLoss(fit, fit.loss, start, options) : start;
      const { covariance, secondMoment } = fit.alignment(delta);
      rows.push({
        samples: n,
        theta,
        covariance,
        secondMoment,
        population: populationValue(design, delta, noise),
        worst: geometry.extremes.min,
        best: geometry.extremes.max,
      });
    }
  }
  return rows;
}

/**
 * μ in the limit n → ∞ at a θ that does not depend on the inputs: 1 + δᵀS³δ/(2L·‖S‖_F²) with 2L = δᵀSδ + noise²
 * (derived in docs/theory.md §3; label noise adds to L alone).
 */
function populationValue(design: GaussianDesign, delta: Float64Array, noise: number): number {
  let loss = noise ** 2;
  let cubic = 0;
  let geometry = 0;
  for (const [k, value] of design.eigenvalues.entries()) {
    const square = delta[k] * delta[k];
    loss += value * square;
    cubic += value ** 3 * square;
    geometry += value * value;
  }
  return 1 + cubic / (loss * geometry);
}
