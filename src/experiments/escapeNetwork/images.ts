import { signs } from "../../data/dataset/targets.ts";
import type { RandomStream } from "../../random/stream.ts";
import { drawDigits } from "../digits.ts";
import type { OpenImages } from "../experiment.ts";

export interface Images {
  /** For people. */
  readonly name: string;
  /** Pixels along one side. */
  readonly side: number;
  /** n images of side², row by row. */
  readonly inputs: Float64Array;
  /** ±1 by class. */
  readonly targets: Float64Array;
  /** Why these are not digits, where they are not. */
  readonly missing?: string | undefined;
}

/** Pixels left out at each side of a digit: 10×10 averages are left. */
const margin = 4;

/** Zeros and ones of MNIST where there are real images, else smooth random ones; without their mean, of mean square 1. */
export async function drawImages(
  samples: number,
  openImages: OpenImages | undefined,
  stream: RandomStream,
): Promise<Images> {
  const { labels, ...images } = await drawDigits([0, 1], samples, { margin, openImages, stream });
  return { ...images, targets: signs({ indices: labels, classes: 2 }).values };
}
