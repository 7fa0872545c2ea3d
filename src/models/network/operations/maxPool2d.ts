import type { FloatArray } from "../../../linalg/matrix.ts";
import type { Operation, Rule } from "../operation.ts";
import { poolingWindows, type Windows } from "./poolingWindows.ts";
import type { Sliding } from "./sliding.ts";

export interface MaxPool2dOptions extends Pick<Sliding, "kernel">, Partial<Omit<Sliding, "kernel">> {
  /** Whether windows may reach beyond the padding; false by default. */
  readonly ceilMode?: boolean;
}

/**
 * The largest number under each window of channels×height×width images, as PyTorch's MaxPool2d: padding never wins, the
 * stride is the kernel by default. Its derivative is that of the first maximum, row by row.
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
    outputShape([image]) {
      const [rows, columns] = poolingWindows("maxPool2d", image, sliding, ceilMode);
      return [image[0], rows.first.length, columns.first.length];
    },
    bind([image], _parameters, { capacity }) {
      const [channels, height, width] = image;
      const [rows, columns] = poolingWindows("maxPool2d", image, sliding, ceilMode);
      const winners = new Int32Array(capacity * channels * rows.first.length * columns.first.length);
      return selectionRule(winners, ({ count, inputs: [x] }) =>
        findMaxima(count * channels, height, width, rows, columns, dilation, x, winners),
      );
    },
  };
}

/** y_i = x at winners_i, once `find` has set the winners. */
function selectionRule(winners: Int32Array, find: Rule["forward"]): Rule {
  const gather = (from: FloatArray, to: FloatArray) => {
    for (let i = 0; i < to.length; i++) to[i] = from[winners[i]];
  };
  return {
    forward(point) {
      find(point);
      gather(point.inputs[0], point.output);
    },
    jvp(_, { inputs: [input] }, out) {
      if (input) gather(input, out);
    },
    vjp(_, cotangent, [target]) {
      if (!target) return;
      target.fill(0);
      for (let i = 0; i < cotangent.length; i++) target[winners[i]] += cotangent[i];
    },
  };
}

/** Where the maximum of each window stands in x; a NaN counts as the largest, so that it is not lost. */
function findMaxima(
  planes: number,
  height: number,
  width: number,
  rows: Windows,
  columns: Windows,
  [rowStep, columnStep]: readonly [number, number],
  x: FloatArray,
  winners: Int32Array,
): void {
  const [outHeight, outWidth] = [rows.first.length, columns.first.length];
  let next = 0;
  for (let plane = 0; plane < planes; plane++) {
    const start = plane * height * width;
    for (let oy = 0; oy < outHeight; oy++) {
      const firstRow = start + rows.first[oy] * width;
      const endRow = start + rows.end[oy] * width;
      for (let ox = 0; ox < outWidth; ox++) {
        const firstColumn = columns.first[ox];
        const endColumn = columns.end[ox];
        let winner = firstRow + firstColumn;
        for (let row = firstRow; row < endRow; row += rowStep * width) {
          for (let at = row + firstColumn; at < row + endColumn; at += columnStep) {
            // by arithmetic: which of two numbers is larger is nothing a processor can foresee
            const larger = Number(x[at] > x[winner]) | Number(Number.isNaN(x[at]));
            winner += larger * (at - winner);
          }
        }
        winners[next++] = winner;
      }
    }
  }
}
