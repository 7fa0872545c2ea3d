import type { FloatArray } from "./matrix.ts";
import type { SlidingWindow } from "./vectorMath.ts";

/** `VectorMath.findMaxima` by loops. */
export function plainMaxima(w: SlidingWindow, images: FloatArray, places: Int32Array): void {
  const rows = spansAlong(w, w.height, w.outHeight, 0);
  const columns = spansAlong(w, w.width, w.outWidth, 1);
  const [rowStep, columnStep] = [w.dilation[0] * w.width, w.dilation[1]];
  let next = 0;
  for (let channel = 0; channel < w.channels; channel++) {
    const plane = channel * w.height * w.width;
    for (let oy = 0; oy < w.outHeight; oy++) {
      const firstRow = plane + rows.first[oy] * w.width;
      const endRow = plane + rows.end[oy] * w.width;
      for (let ox = 0; ox < w.outWidth; ox++) {
        const firstColumn = columns.first[ox];
        const endColumn = columns.end[ox];
        let place = firstRow + firstColumn;
        let largest = images[place];
        for (let row = firstRow; row < endRow; row += rowStep) {
          for (let at = row + firstColumn; at < row + endColumn; at += columnStep) {
            const value = images[at];
            if (value > largest || Number.isNaN(value)) {
              largest = value;
              place = at;
            }
          }
        }
        places[next++] = place;
      }
    }
  }
}

/** The pixels under the window at each place along one axis: first, first + dilation, … below end. */
function spansAlong(
  { kernel, stride, dilation, padding }: SlidingWindow,
  length: number,
  outputs: number,
  axis: 0 | 1,
) {
  const first = new Int32Array(outputs);
  const end = new Int32Array(outputs);
  for (let place = 0; place < outputs; place++) {
    const start = place * stride[axis] - padding[axis];
    const outside = Math.max(0, Math.ceil(-start / dilation[axis]));
    first[place] = start + outside * dilation[axis];
    end[place] = Math.min(start + kernel[axis] * dilation[axis], length);
  }
  return { first, end };
}
