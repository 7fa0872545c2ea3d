import { type GaussianDesign, isotropic, powerLaw, spiked } from "../../../../src/data/designs.ts";
import { averagedImages } from "../../../../src/experiments/averagedImages.ts";
import { InputError } from "../../../../src/inputError.ts";
import type { Kernels } from "../../../../src/linalg/kernels/kernels.ts";
import { type Matrix, matrix } from "../../../../src/linalg/matrix.ts";
import type { RandomStream } from "../../../../src/random/stream.ts";
import { shippedDigits } from "../../digits.ts";
import { mostSamples, type ProblemSettings } from "./fields.ts";

export interface Data {
  /** n×d */
  readonly inputs: Matrix;
  /** n×C: one output, or ten for classes. */
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

/**
 * Inputs and targets from `stream`: what one draws does not depend on the others. Throws an InputError where there are no digits,
 * or not so many, and where Gaussian inputs are to have classes.
 */
export async function drawData(
  settings: ProblemSettings,
  stream: RandomStream,
  kernels: Kernels,
): Promise<Data> {
  return settings.data === "gaussian" ? gaussians(settings, stream, kernels) : digits(settings, stream);
}

function gaussians(settings: ProblemSettings, stream: RandomStream, kernels: Kernels): Data {
  const { n, targets: kind } = settings;
  if (kind === "classes") {
    throw new InputError("Targets: expected digits for classes, got Gaussian inputs; choose other targets");
  }
  const law = design(settings);
  const inputs = law.sample(n, stream.split("inputs"));
  const noise = kind === "random" ? 1 : settings.noise;
  const targets = stream.split("labels").gaussians(new Float64Array(n), noise);
  const teacher = new Float64Array(law.dimension);
  if (kind === "learnable") stream.split("teacher").gaussians(teacher, law.dimension ** -0.5);
  kernels.gemv(1, inputs, teacher, 1, targets);
  return { inputs, targets: matrix(n, 1, targets), population: { design: law, teacher, noise } };
}

/** The first n digits, pixels in [0, 1]: their classes one-hot, or +1 for even and −1 for odd. */
async function digits(settings: ProblemSettings, stream: RandomStream): Promise<Data> {
  const { n, side, targets: kind, noise } = settings;
  const { inputs: all, classes } = await shippedDigits();
  if (n > Math.min(mostSamples(settings), classes.length)) {
    throw new InputError(
      kind === "classes"
        ? `Samples n: expected at most ${mostSamples(settings)} with ten outputs, got ${n}`
        : `Samples n: expected at most the ${classes.length} digits of this build, got ${n}`,
    );
  }
  const outputs = kind === "classes" ? 10 : 1;
  const whole = all.subarray(0, n * 28 ** 2);
  const shape = { name: "digits", count: n, available: classes.length, inputShape: [1, 28, 28] };
  const images = side === "14" ? averagedImages({ ...shape, inputs: whole }, 0) : { side: 28, inputs: whole };

  const deviation = kind === "random" ? 1 : noise;
  const targets = stream.split("labels").gaussians(new Float64Array(n * outputs), deviation);
  for (let i = 0; i < n; i++) {
    const digit = classes[i];
    if (kind === "classes") targets[i * outputs + digit] += 1;
    else if (kind === "learnable") targets[i] += digit % 2 === 0 ? 1 : -1;
  }
  return {
    inputs: matrix(n, images.side ** 2, images.inputs),
    targets: matrix(n, outputs, targets),
    side: images.side,
  };
}
