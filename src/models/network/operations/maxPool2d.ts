import type { SlidingWindow } from "../../../linalg/vectorMath.ts";
import type { Operation } from "../operation.ts";
import { poolingWindows } from "./poolingWindows.ts";
import type { Sliding } from "./sliding.ts";

/**
 * The window of a maximum pooling and how it moves, in pixels: kernel, stride and dilation (1 by default) are
 * [vertical, horizontal], the padding is [top, left, bottom, right], none by default.
 */
export interface MaxPool2dOptions extends Pick<Sliding, "kernel">, Partial<Omit<Sliding, "kernel">> {
  /** Whether windows may reach beyond the padding; false by default. */
  readonly ceilMode?: boolean;
}

/**
 * The largest number under each window of channels×height×width images, as PyTorch's MaxPool2d: padding never wins, the
 * stride is the kernel by default. Its derivative is that of the first maximum, row by row. The output is channels×H×W
 * with H = ⌊(height + top + bottom − dilation·(kernel − 1) − 1)/stride⌋ + 1, in ceil mode with ⌈·⌉ but no window that
 * begins behind the image, and W likewise. `apply` throws an InputError where the input is no image, an option is not
 * whole or too small, no window fits, or one would lie in the padding alone.
 */
export function maxPool2d({
  kernel,
  stride = kernel,
  padding = [0, 0, 0, 0],
  dilation = [1, 1],
  ceilMode = false,
}: MaxPool2dOptions): Operation {
  const sliding: Sliding = { kernel, stride, padding, dilation };
  return {
    name: "maxPool2d",
    arity: { inputs: 1, parameters: 0 },
    outputShape([image]) {
      const [rows, columns] = poolingWindows("maxPool2d", image, sliding, ceilMode);
      return [image[0], rows.first.length, columns.first.length];
    },
    bind([image], _parameters, { math, capacity }) {
      const [channels, height, width] = image;
      const [rows, columns] = poolingWindows("maxPool2d", image, sliding, ceilMode);
      const [outHeight, outWidth] = [rows.first.length, columns.first.length];
      const window: SlidingWindow = {
        ...sliding,
        channels,
        height,
        width,
        padding: [padding[0], padding[1]],
        outHeight,
        outWidth,
      };
      // as wide as float32, so that they can lie where vector work is fast
      const { buffer, byteOffset, length } = math.allocate(
        "float32",
        capacity * channels * outHeight * outWidth,
      );
      const places = new Int32Array(buffer, byteOffset, length);
      return {
        forward({ count, inputs: [x], output }) {
          math.findMaxima({ ...window, channels: count * channels }, x, places);
          math.gather(x, places, output);
        },
        jvp(_, { inputs: [input] }, out) {
          if (input) math.gather(input, places, out);
        },
        vjp(_, cotangent, [target]) {
          if (target) math.scatter(cotangent, places, target);
        },
      };
    },
  };
}
