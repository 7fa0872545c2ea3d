import type { ImageSetName } from "../../data/dataset/config.ts";
import type { Dataset } from "../../data/dataset/dataset.ts";
import { oneHot, signs } from "../../data/dataset/targets.ts";
import type { Shape } from "../../models/network/shape.ts";
import type { RandomStream } from "../../random/stream.ts";
import { averagedImages } from "../averagedImages.ts";
import type { OpenImages } from "../experiment.ts";
import { imagesOrReason } from "../realImages.ts";
import { classPairs, type LossName, scalarLoss } from "./setting.ts";

export interface Pictures {
  /** Of one image: channels, rows, columns. */
  readonly shape: Shape;
  /** n images, one number for each 2×2 pixels where asked for, with mean 0 and variance 1 over all numbers. */
  readonly inputs: Float64Array;
  /** n·C: ±1, or one-hot classes. */
  readonly targets: Float64Array;
  /** C */
  readonly outputs: number;
}

/** Every image has this many pixels along a side; smaller ones get a black border, as LeNet-5's did. */
const side = 32;

/** Images of a set drawn at random with the targets that the loss wants, or the reason why there are none. */
export async function openPictures(
  data: ImageSetName,
  {
    loss,
    samples,
    averaged,
  }: { readonly loss: LossName; readonly samples: number; readonly averaged: boolean },
  { openImages, stream }: { readonly openImages: OpenImages | undefined; readonly stream: RandomStream },
): Promise<Pictures | { readonly missing: string }> {
  const scalar = loss === scalarLoss;
  const drawn = await imagesOrReason(openImages, {
    name: data,
    ...(scalar && { classes: classPairs[data] }),
    samples,
    seed: stream.integer(2 ** 31),
  });
  if ("missing" in drawn) return drawn;
  if (!drawn.labels) throw new RangeError(`${data}: expected labels`);
  const { values: targets, outputs } = scalar ? signs(drawn.labels) : oneHot(drawn.labels);
  return { ...prepared(drawn, averaged), targets, outputs };
}

function prepared(drawn: Dataset, averaged: boolean): Pick<Pictures, "shape" | "inputs"> {
  const channels = drawn.inputShape[0];
  const framed = bordered(drawn);
  const sheets = { ...drawn, count: drawn.count * channels, inputShape: [1, side, side], inputs: framed };
  const { inputs, side: pixels } = averaged ? averagedImages(sheets, 0) : { inputs: framed, side };
  return { shape: [channels, pixels, pixels], inputs: standardised(inputs) };
}

/** In the middle of a black square. */
function bordered({ inputs, inputShape: [channels, rows, columns], count }: Dataset): Float64Array {
  const framed = new Float64Array(count * channels * side * side);
  const [top, left] = [(side - rows) / 2, (side - columns) / 2];
  for (let from = 0; from < inputs.length; from += columns) {
    const row = from / columns;
    const sheet = Math.floor(row / rows);
    const to = (sheet * side + top + (row % rows)) * side + left;
    for (let k = 0; k < columns; k++) framed[to + k] = inputs[from + k];
  }
  return framed;
}

function standardised(values: Float64Array): Float64Array {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return values.map((value) => (value - mean) / Math.sqrt(variance));
}
