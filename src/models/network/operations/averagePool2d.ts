import type { FloatArray } from "../../../linalg/matrix.ts";
import type { Operation, Rule } from "../operation.ts";
import type { Shape } from "../shape.ts";
import { poolingWindows, type Windows } from "./poolingWindows.ts";
import type { Sliding } from "./sliding.ts";

/**
 * The window of an average pooling and how it moves, in pixels: kernel and stride are [vertical, horizontal], the
 * padding with zeros is [top, left, bottom, right], none by default.
 */
export interface AveragePool2dOptions
  extends Pick<Sliding, "kernel">,
    Partial<Pick<Sliding, "stride" | "padding">> {
  /** Whether windows may reach beyond the padding; false by default. */
  readonly ceilMode?: boolean;
  /** Whether the zeros of the padding count in the average; true by default. */
  readonly countIncludePadding?: boolean;
}

/**
 * The average under each window of channels×height×width images, as PyTorch's AvgPool2d; the stride is the kernel by
 * default. What lies beyond the padding (in ceil mode) never counts. The output is channels×H×W with
 * H = ⌊(height + top + bottom − kernel)/stride⌋ + 1, in ceil mode with ⌈·⌉ but no window that begins behind the
 * image, and W likewise. `apply` throws an InputError where the input is no image, an option is not whole or too small,
 * no window fits, or one would lie in the padding alone.
 */
export function averagePool2d({
  kernel,
  stride = kernel,
  padding = [0, 0, 0, 0],
  ceilMode = false,
  countIncludePadding = true,
}: AveragePool2dOptions): Operation {
  const sliding: Sliding = { kernel, stride, padding, dilation: [1, 1] };
  return {
    name: "averagePool2d",
    arity: { inputs: 1, parameters: 0 },
    outputShape([image]) {
      const [rows, columns] = poolingWindows("averagePool2d", image, sliding, ceilMode);
      return [image[0], rows.first.length, columns.first.length];
    },
    bind([image]) {
      const windows = poolingWindows("averagePool2d", image, sliding, ceilMode);
      const [rows, columns] = [0, 1].map((axis) => {
        const { first, end } = windows[axis];
        return countIncludePadding
          ? paddedCounts(first.length, image[1 + axis], sliding, axis)
          : first.map((from, place) => end[place] - from);
      });
      return averageRule(image, windows, rows, columns);
    },
  };
}

/** How many pixels of the padded image stand in the window at each of `places` along an axis. */
function paddedCounts(places: number, length: number, sliding: Sliding, axis: number): Int32Array {
  const { kernel, stride, padding } = sliding;
  return Int32Array.from({ length: places }, (_, place) => {
    const start = place * stride[axis] - padding[axis];
    return Math.min(start + kernel[axis], length + padding[axis + 2]) - start;
  });
}

/** A window's divisor is the product of its counts of rows and columns. */
function averageRule(
  [channels, height, width]: Shape,
  [rows, columns]: readonly [Windows, Windows],
  rowCounts: Int32Array,
  columnCounts: Int32Array,
): Rule {
  const [outHeight, outWidth] = [rowCounts.length, columnCounts.length];
  const average = (planes: number, x: FloatArray, y: FloatArray) => {
    let next = 0;
    for (let plane = 0; plane < planes; plane++) {
      const start = plane * height * width;
      for (let oy = 0; oy < outHeight; oy++) {
        const [firstRow, endRow] = [start + rows.first[oy] * width, start + rows.end[oy] * width];
        for (let ox = 0; ox < outWidth; ox++) {
          const [firstColumn, endColumn] = [columns.first[ox], columns.end[ox]];
          let sum = 0;
          for (let row = firstRow; row < endRow; row += width) {
            for (let at = row + firstColumn; at < row + endColumn; at++) sum += x[at];
          }
          y[next++] = sum / (rowCounts[oy] * columnCounts[ox]);
        }
      }
    }
  };
  const spread = (planes: number, cotangent: FloatArray, target: FloatArray) => {
    target.fill(0);
    let next = 0;
    for (let plane = 0; plane < planes; plane++) {
      const start = plane * height * width;
      for (let oy = 0; oy < outHeight; oy++) {
        const [firstRow, endRow] = [start + rows.first[oy] * width, start + rows.end[oy] * width];
        for (let ox = 0; ox < outWidth; ox++) {
          const [firstColumn, endColumn] = [columns.first[ox], columns.end[ox]];
          const part = cotangent[next++] / (rowCounts[oy] * columnCounts[ox]);
          for (let row = firstRow; row < endRow; row += width) {
            for (let at = row + firstColumn; at < row + endColumn; at++) target[at] += part;
          }
        }
      }
    }
  };
  return {
    forward: ({ count, inputs: [x], output }) => average(count * channels, x, output),
    jvp({ count }, { inputs: [input] }, out) {
      if (input) average(count * channels, input, out);
    },
    vjp({ count }, cotangent, [target]) {
      if (target) spread(count * channels, cotangent, target);
    },
  };
}
