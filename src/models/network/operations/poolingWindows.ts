import { InputError } from "../../../inputError.ts";
import type { Shape } from "../shape.ts";
import { type Sliding, slide } from "./sliding.ts";

/** What the windows at each place along one axis hold of the image: pixels first, first + dilation, … below end. */
export interface Windows {
  readonly first: Int32Array;
  readonly end: Int32Array;
}

/** The windows of pooling along the rows and the columns of an image. Throws an InputError as `slide`, and where a window holds no pixel. */
export function poolingWindows(
  name: string,
  image: Shape,
  sliding: Sliding,
  ceilMode: boolean,
): readonly [Windows, Windows] {
  const size = slide(name, image, sliding, ceilMode);
  return [windowsAlong(name, image, sliding, size, 0), windowsAlong(name, image, sliding, size, 1)];
}

function windowsAlong(name: string, image: Shape, sliding: Sliding, size: Shape, axis: 0 | 1): Windows {
  const length = image[1 + axis];
  const [kernel, stride, step] = [sliding.kernel[axis], sliding.stride[axis], sliding.dilation[axis]];
  const first = new Int32Array(size[axis]);
  const end = new Int32Array(size[axis]);
  for (let place = 0; place < size[axis]; place++) {
    const start = place * stride - sliding.padding[axis];
    first[place] = start >= 0 ? start : start + Math.ceil(-start / step) * step;
    end[place] = Math.min(start + kernel * step, length);
    if (first[place] >= end[place]) {
      throw new InputError(
        `${name}: expected every window to hold a pixel, but ${axis === 0 ? "rows" : "columns"} of a ${sliding.kernel.join("×")} kernel lie in the padding [${sliding.padding.join(", ")}] alone on an image of ${image[1]}×${image[2]}; use less padding`,
      );
    }
  }
  return { first, end };
}
