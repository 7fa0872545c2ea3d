import type { RandomStream } from "../random/stream.ts";
import { averagedImages } from "./averagedImages.ts";
import type { OpenImages, Row } from "./experiment.ts";
import { imagesOrReason } from "./realImages.ts";
import { smoothImages } from "./smoothImages.ts";

export interface Digits {
  /** For people. */
  readonly name: string;
  /** Pixels along one side. */
  readonly side: number;
  /** n images of side², row by row. */
  readonly inputs: Float64Array;
  /** Class 0, 1, … of each image. */
  readonly labels: Int32Array;
  /** Why these are not the digits asked for, where they are not. */
  readonly missing?: string | undefined;
}

/**
 * These digits of MNIST where there are real images, without `margin` pixels at each side and averaged over 2×2 pixels, else
 * smooth random fields of as many classes; without their mean, of mean square 1.
 */
export async function drawDigits(
  digits: readonly number[],
  samples: number,
  {
    margin,
    openImages,
    stream,
  }: {
    readonly margin: number;
    readonly openImages: OpenImages | undefined;
    readonly stream: RandomStream;
  },
): Promise<Digits> {
  const side = (28 - 2 * margin) / 2;
  const found = await openDigits(digits, samples, margin, openImages, stream);
  const images =
    "inputs" in found
      ? found
      : {
          name: `smooth random fields of ${digits.length === 2 ? "two" : digits.length} classes`,
          side,
          ...smoothImages(samples, side, digits.length, stream),
          ...found,
        };
  return { ...images, inputs: standardised(images.inputs, samples) };
}

/** A row that says what a trial did without, if anything, and what it measured instead. */
export function withoutDigits({ name, missing }: Pick<Digits, "name" | "missing">): readonly Row[] {
  return missing === undefined ? [] : [{ kind: "left out", reason: missing, instead: name, data: name }];
}

async function openDigits(
  digits: readonly number[],
  samples: number,
  margin: number,
  openImages: OpenImages | undefined,
  stream: RandomStream,
): Promise<Digits | { readonly missing: string }> {
  const seed = stream.split("digits").integer(2 ** 31);
  const drawn = await imagesOrReason(openImages, { name: "mnist", classes: digits, samples, seed });
  if ("missing" in drawn) return drawn;
  const averaged = averagedImages(drawn, margin);
  const { side } = averaged;
  return {
    name: `MNIST digits ${digits.length === 2 ? digits.join(" and ") : digits.join(", ")}, averaged to ${side}×${side} pixels`,
    ...averaged,
    labels: drawn.labels?.indices ?? new Int32Array(samples),
  };
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
