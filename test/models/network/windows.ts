import fc from "fast-check";
import type { Sliding } from "../../../src/models/network/operations/sliding.ts";

const small = (min: number, max: number) => fc.integer({ min, max });
const pair = (min: number, max: number) => fc.tuple(small(min, max), small(min, max));

export interface WindowSetting {
  readonly sliding: Sliding;
  readonly height: number;
  readonly width: number;
}

/** Settings of a sliding kernel with an image on which at least one window fits, often only just. */
export function windows({ padding }: { padding: number }): fc.Arbitrary<WindowSetting> {
  const side = small(0, padding);
  return fc
    .record({
      kernel: pair(1, 3),
      stride: pair(1, 3),
      dilation: pair(1, 2),
      padding: fc.tuple(side, side, side, side),
      extra: pair(0, 4),
    })
    .map(({ extra, ...sliding }) => {
      const [height, width] = [0, 1].map((axis) => {
        const extent = sliding.dilation[axis] * (sliding.kernel[axis] - 1) + 1;
        return Math.max(1, extent - sliding.padding[axis] - sliding.padding[axis + 2]) + extra[axis];
      });
      return { sliding, height, width };
    });
}
