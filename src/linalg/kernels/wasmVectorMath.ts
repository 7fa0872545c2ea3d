/**
 * `VectorMath` by WebAssembly with 128-bit SIMD, on arrays that lie in its memory; arrays elsewhere, and functions it
 * does not know, go to the plain loops. Float32 arithmetic is float32 throughout, except for sums.
 */
import type { FloatArray } from "../matrix.ts";
import { plainVectorMath } from "../plainVectorMath.ts";
import type { SlidingWindow, VectorMath } from "../vectorMath.ts";
import type { VectorMemory } from "./vectorMemory.ts";
import type { VectorFunctions, VectorModule } from "./vectorModule.ts";

export function wasmVectorMath(module: VectorModule, memory: VectorMemory): VectorMath {
  const { float32, float64 } = module;
  const { contains } = memory;
  const functions = (a: FloatArray) => (a.BYTES_PER_ELEMENT === 4 ? float32 : float64);
  const fits = (a: FloatArray, b: FloatArray) => a.BYTES_PER_ELEMENT === b.BYTES_PER_ELEMENT && contains(a);

  return {
    description: "WebAssembly, 128-bit SIMD",
    allocate: memory.allocate,
    release: memory.release,
    axpy(alpha, x, y) {
      if (!contains(y) || !fits(x, y)) return plainVectorMath.axpy(alpha, x, y);
      functions(y).axpy(y.length, alpha, x.byteOffset, y.byteOffset);
    },
    multiply(x, y, out) {
      if (!contains(out) || !fits(x, out) || !fits(y, out)) return plainVectorMath.multiply(x, y, out);
      functions(out).multiply(out.length, x.byteOffset, y.byteOffset, out.byteOffset);
    },
    multiplyAdd(alpha, x, y, out) {
      if (!contains(out) || !fits(x, out) || !fits(y, out)) {
        return plainVectorMath.multiplyAdd(alpha, x, y, out);
      }
      functions(out).multiplyAdd(out.length, alpha, x.byteOffset, y.byteOffset, out.byteOffset);
    },
    map(f, x, out) {
      const call = functions(out).values.get(f.kind);
      if (!call || !contains(out) || !fits(x, out)) return plainVectorMath.map(f, x, out);
      call(f.slope ?? 0, out.length, x.byteOffset, out.byteOffset);
    },
    mapWithSlopes(f, x, out, slopes) {
      const call = functions(out).valuesAndSlopes.get(f.kind);
      if (!call || !contains(out) || !fits(x, out) || !fits(slopes, out)) {
        return plainVectorMath.mapWithSlopes(f, x, out, slopes);
      }
      call(f.slope ?? 0, out.length, x.byteOffset, out.byteOffset, slopes.byteOffset);
    },
    mapDerivative(f, x, t, out) {
      const call = functions(out).derivatives.get(f.kind);
      if (!call || !contains(out) || !fits(x, out) || !fits(t, out)) {
        return plainVectorMath.mapDerivative(f, x, t, out);
      }
      call(f.slope ?? 0, out.length, x.byteOffset, t.byteOffset, out.byteOffset);
    },
    mapSecondDerivative(f, x, a, b, out) {
      const call = functions(out).secondDerivatives.get(f.kind);
      if (!call || !contains(out) || !fits(x, out) || !fits(a, out) || !fits(b, out)) {
        return plainVectorMath.mapSecondDerivative(f, x, a, b, out);
      }
      call(f.slope ?? 0, out.length, x.byteOffset, a.byteOffset, b.byteOffset, out.byteOffset);
    },
    addToRows(v, a) {
      if (!contains(a) || !fits(v, a)) return plainVectorMath.addToRows(v, a);
      functions(a).addToRows(a.length / v.length, v.length, v.byteOffset, a.byteOffset);
    },
    addToColumns(columns, v, a) {
      if (!contains(a) || !fits(v, a)) return plainVectorMath.addToColumns(columns, v, a);
      const { addToRows, addToColumns } = functions(a);
      // Rows of one element are one long vector to be repeated.
      if (columns === 1) addToRows(a.length / v.length, v.length, v.byteOffset, a.byteOffset);
      else addToColumns(a.length / columns, columns, v.length, v.byteOffset, a.byteOffset);
    },
    sumRows(alpha, a, out) {
      if (!contains(out) || !fits(a, out)) return plainVectorMath.sumRows(alpha, a, out);
      functions(out).sumRows(a.length / out.length, out.length, alpha, a.byteOffset, out.byteOffset);
    },
    sumColumns(columns, alpha, a, out) {
      if (!contains(out) || !fits(a, out)) return plainVectorMath.sumColumns(columns, alpha, a, out);
      const { sumRows, sumColumns } = functions(out);
      if (columns === 1) sumRows(a.length / out.length, out.length, alpha, a.byteOffset, out.byteOffset);
      else sumColumns(a.length / columns, columns, out.length, alpha, a.byteOffset, out.byteOffset);
    },
    moveChannels(columns, move, x, beta, y) {
      const { centre, scale, shift } = move;
      const inPlace = contains(y) && [x, centre, scale, shift].every((a) => fits(a, y));
      if (!inPlace) return plainVectorMath.moveChannels(columns, move, x, beta, y);
      functions(y).moveChannels(
        y.length / columns,
        columns,
        scale.length,
        centre.byteOffset,
        scale.byteOffset,
        shift.byteOffset,
        x.byteOffset,
        beta,
        y.byteOffset,
      );
    },
    sumProducts(columns, alpha, y, x, centre, out) {
      const inPlace = contains(out) && [y, x, centre].every((a) => fits(a, out));
      if (!inPlace) return plainVectorMath.sumProducts(columns, alpha, y, x, centre, out);
      functions(out).sumProducts(
        y.length / columns,
        columns,
        out.length,
        alpha,
        y.byteOffset,
        x.byteOffset,
        centre.byteOffset,
        out.byteOffset,
      );
    },
    addWeightedBlocks(size, columns, shift, weights, values, beta, sums) {
      const inPlace = contains(sums) && contains(values) && fits(weights, values);
      if (!inPlace) {
        return plainVectorMath.addWeightedBlocks(size, columns, shift, weights, values, beta, sums);
      }
      functions(values).addWeightedBlocks(
        weights.length / columns,
        columns,
        size,
        shift,
        weights.byteOffset,
        values.byteOffset,
        beta,
        sums.byteOffset,
      );
    },
    unfold(window, image, columns) {
      if (!contains(columns) || !fits(image, columns)) return plainVectorMath.unfold(window, image, columns);
      slide(functions(columns).unfold, window, image, columns);
    },
    fold(window, columns, image) {
      if (!contains(image) || !fits(columns, image)) return plainVectorMath.fold(window, columns, image);
      slide(functions(image).fold, window, image, columns);
    },
    findMaxima(window, images, places) {
      if (!contains(images) || !contains(places) || !liesInside(window)) {
        return plainVectorMath.findMaxima(window, images, places);
      }
      slide(functions(images).findMaxima, window, images, places);
    },
    gather(x, places, out) {
      if (!contains(out) || !contains(places) || !fits(x, out)) return plainVectorMath.gather(x, places, out);
      functions(out).gather(out.length, x.byteOffset, places.byteOffset, out.byteOffset);
    },
    scatter(x, places, out) {
      if (!contains(out) || !contains(places) || !fits(x, out)) {
        return plainVectorMath.scatter(x, places, out);
      }
      functions(out).scatter(x.length, out.length, x.byteOffset, places.byteOffset, out.byteOffset);
    },
  };
}

/** Whether every window sees pixels alone. */
function liesInside({
  height,
  width,
  kernel,
  stride,
  dilation,
  padding,
  outHeight,
  outWidth,
}: SlidingWindow): boolean {
  const reach = (axis: 0 | 1, outputs: number) =>
    (outputs - 1) * stride[axis] + (kernel[axis] - 1) * dilation[axis];
  return padding[0] === 0 && padding[1] === 0 && reach(0, outHeight) < height && reach(1, outWidth) < width;
}

function slide(
  call: VectorFunctions["unfold"],
  w: SlidingWindow,
  image: FloatArray,
  columns: FloatArray | Int32Array,
): void {
  call(
    w.channels,
    w.height,
    w.width,
    w.kernel[0],
    w.kernel[1],
    w.stride[0],
    w.stride[1],
    w.dilation[0],
    w.dilation[1],
    w.padding[0],
    w.padding[1],
    w.outHeight,
    w.outWidth,
    image.byteOffset,
    columns.byteOffset,
  );
}
