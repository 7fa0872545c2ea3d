import { type ReducedProblem, reducedJacobian } from "../../dynamics/reducedProblem.ts";
import type { SgdStep } from "../../dynamics/secondMoment.ts";
import type { Kernels } from "../../linalg/kernels/kernels.ts";
import type { RandomStream } from "../../random/stream.ts";
import { type Sizes, type Step, spectra } from "./setting.ts";

/** A linear model on Gaussian inputs at a global minimum, of a spectrum by name. */
export function minimum(
  spectrum: string,
  sizes: Sizes,
  stream: RandomStream,
  kernels: Kernels,
): Promise<ReducedProblem> {
  const own = spectra(sizes).get(spectrum);
  if (!own) throw new RangeError(`spectrum: got ${spectrum}`);
  return reducedJacobian(own.design.sample(own.samples, stream.split("inputs")), 1, kernels);
}

/** η = β√B/‖G‖_F. */
export function sgdStep({ eigenvalues }: ReducedProblem, { beta, batchSize }: Step): SgdStep {
  const learningRate = (beta * Math.sqrt(batchSize)) / Math.hypot(...eigenvalues);
  return { learningRate, batchSize, replacement: true };
}
