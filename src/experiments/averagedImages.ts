import type { Dataset } from "../data/dataset/dataset.ts";

/** Grey images with one number for each 2×2 pixels of their middle. */
export interface AveragedImages {
  /** Numbers along one side. */
  readonly side: number;
  /** n images of side², row by row. */
  readonly inputs: Float64Array;
}

/** Without `margin` pixels at each side of square images. */
export function averagedImages({ inputs, count, inputShape }: Dataset, margin: number): AveragedImages {
  const width = inputShape[2];
  const side = (width - 2 * margin) / 2;
  const averaged = new Float64Array(count * side ** 2);
  for (let i = 0; i < averaged.length; i++) {
    const [image, row, column] = [Math.floor(i / side ** 2), Math.floor(i / side) % side, i % side];
    const corner = (image * width + margin + 2 * row) * width + margin + 2 * column;
    for (const offset of [0, 1, width, width + 1]) averaged[i] += inputs[corner + offset] / 4;
  }
  return { side, inputs: averaged };
}
