import { type Dataset, subset } from "../../data/dataset/dataset.ts";
import type { RandomStream } from "../../random/stream.ts";
import { type AveragedImages, averagedImages } from "../averagedImages.ts";
import type { OpenImages } from "../experiment.ts";
import { imagesOrReason } from "../realImages.ts";
import type { ConvolutionalSizes } from "./setting.ts";

export interface LabelledImages extends AveragedImages {
  /** 1 for even digits, −1 for odd ones. */
  readonly targets: Float64Array;
}

/** Pictures of digits, even ones to be told from odd ones. */
export interface Digits {
  readonly training: LabelledImages;
  readonly test: LabelledImages;
}

/** Different images for training and test, drawn from MNIST; or the reason why there are none. */
export async function openDigits(
  { samples, testSamples, margin }: ConvolutionalSizes,
  { openImages, stream }: { readonly openImages: OpenImages | undefined; readonly stream: RandomStream },
): Promise<Digits | { readonly missing: string }> {
  const drawn = await imagesOrReason(openImages, {
    name: "mnist",
    samples: samples + testSamples,
    seed: stream.split("images").integer(2 ** 31),
  });
  if ("missing" in drawn) return drawn;
  const indices = Array.from({ length: drawn.count }, (_, i) => i);
  return {
    training: labelled(subset(drawn, indices.slice(0, samples)), margin),
    test: labelled(subset(drawn, indices.slice(samples)), margin),
  };
}

function labelled(images: Dataset, margin: number): LabelledImages {
  const digits = images.labels?.indices ?? [];
  return {
    ...averagedImages(images, margin),
    targets: Float64Array.from(digits, (digit) => (digit % 2 === 0 ? 1 : -1)),
  };
}
