import { type Dataset, subset } from "../../data/dataset/dataset.ts";
import { oneHot } from "../../data/dataset/targets.ts";
import type { Shape } from "../../models/network/shape.ts";
import type { RandomStream } from "../../random/stream.ts";
import type { OpenImages } from "../experiment.ts";
import { imagesOrReason } from "../realImages.ts";
import type { Subject } from "./setting.ts";

export interface Pictures {
  /** n images, one after another. */
  readonly inputs: Float64Array;
  /** n·C, one-hot. */
  readonly targets: Float64Array;
}

export interface Split {
  /** Of one image: channels, rows, columns. */
  readonly shape: Shape;
  /** C */
  readonly outputs: number;
  readonly training: Pictures;
  readonly test: Pictures;
}

/** Different images for training and test, whole, with mean 0 and variance 1 a channel; or the reason why there are none. */
export async function openSplit(
  { images, samples, testSamples }: Subject,
  { openImages, stream }: { readonly openImages: OpenImages | undefined; readonly stream: RandomStream },
): Promise<Split | { readonly missing: string }> {
  const drawn = await imagesOrReason(openImages, {
    name: images,
    samples: samples + testSamples,
    seed: stream.split("images").integer(2 ** 31),
    standardise: "channel",
  });
  if ("missing" in drawn) return drawn;
  const indices = Array.from({ length: drawn.count }, (_, i) => i);
  return {
    shape: drawn.inputShape,
    outputs: drawn.labels?.classes ?? 0,
    training: pictures(subset(drawn, indices.slice(0, samples)), images),
    test: pictures(subset(drawn, indices.slice(samples)), images),
  };
}

function pictures({ inputs, labels }: Dataset, name: string): Pictures {
  if (!labels) throw new RangeError(`${name}: expected labels`);
  return { inputs: Float64Array.from(inputs), targets: oneHot(labels).values };
}
