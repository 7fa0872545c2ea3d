import { InputError } from "../../inputError.ts";
import type { RandomStream } from "../../random/stream.ts";
import { averagedImages } from "../averagedImages.ts";
import type { OpenImages } from "../experiment.ts";
import { smoothImages } from "./smoothImages.ts";

export interface Images {
  /** For people. */
  readonly name: string;
  /** Pixels along one side. */
  readonly side: number;
  /** n images of side², row by row. */
  readonly inputs: Float64Array;
  /** ±1 by class. */
  readonly targets: Float64Array;
}

/** Pixels left out at each side of a digit: 10×10 averages are left. */
const margin = 4;
const side = 10;

/** Zeros and ones of MNIST where there are real images, else smooth random ones; without their mean, of mean square 1. */
export async function drawImages(
  samples: number,
  openImages: OpenImages | undefined,
  stream: RandomStream,
): Promise<Images> {
  const digits = openImages && (await openDigits(samples, openImages, stream));
  const images = digits ?? {
    name: "smooth random fields of two classes",
    side,
    ...smoothImages(samples, side, stream),
  };
  return { ...images, inputs: standardised(images.inputs, samples) };
}

async function openDigits(samples: number, openImages: OpenImages, stream: RandomStream) {
  try {
    const seed = stream.split("digits").integer(2 ** 31);
    const digits = await openImages({ name: "mnist", classes: [0, 1], samples, seed });
    const targets = Float64Array.from(digits.labels?.indices ?? [], (label) => (label === 0 ? 1 : -1));
    return {
      name: "MNIST digits 0 and 1, averaged to 10×10 pixels",
      ...averagedImages(digits, margin),
      targets,
    };
  } catch (error) {
    if (error instanceof InputError) return undefined;
    throw error;
  }
}

/** Less the mean image, over the root of the mean square. */
function standardised(inputs: Float64Array, samples: number): Float64Array {
  const pixels = inputs.length / samples;
  const means = new Float64Array(pixels);
  for (let i = 0; i < inputs.length; i++) means[i % pixels] += inputs[i] / samples;
  const centred = inputs.map((value, i) => value - means[i % pixels]);
  const scale = Math.sqrt(centred.reduce((sum, value) => sum + value * value, 0) / centred.length);
  return centred.map((value) => value / scale);
}
