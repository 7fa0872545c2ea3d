import { plainMaxima } from "./plainMaxima.ts";
import type { SlidingWindow, VectorMath } from "./vectorMath.ts";

/** `VectorMath` as plain loops over any arrays, computed in float64: the reference of the fast one. Releasing does nothing. */
export const plainVectorMath: VectorMath = {
  description: "JavaScript",
  allocate: (precision, length) =>
    precision === "float32" ? new Float32Array(length) : new Float64Array(length),
  release() {},
  axpy(alpha, x, y) {
    for (let i = 0; i < y.length; i++) y[i] += alpha * x[i];
  },
  multiply(x, y, out) {
    for (let i = 0; i < out.length; i++) out[i] = x[i] * y[i];
  },
  multiplyAdd(alpha, x, y, out) {
    for (let i = 0; i < out.length; i++) out[i] += alpha * x[i] * y[i];
  },
  map(f, x, out) {
    for (let i = 0; i < out.length; i++) out[i] = f.value(x[i]);
  },
  mapWithSlopes(f, x, out, slopes) {
    for (let i = 0; i < out.length; i++) {
      const z = x[i];
      out[i] = f.value(z);
      slopes[i] = f.derivative(z);
    }
  },
  mapDerivative(f, x, t, out) {
    for (let i = 0; i < out.length; i++) out[i] = f.derivative(x[i]) * t[i];
  },
  mapSecondDerivative(f, x, a, b, out) {
    for (let i = 0; i < out.length; i++) out[i] += f.secondDerivative(x[i]) * a[i] * b[i];
  },
  addToRows(v, a) {
    for (let start = 0; start < a.length; start += v.length) {
      for (let j = 0; j < v.length; j++) a[start + j] += v[j];
    }
  },
  addToColumns(columns, v, a) {
    for (let row = 0, start = 0; start < a.length; row++, start += columns) {
      const value = v[row % v.length];
      for (let j = 0; j < columns; j++) a[start + j] += value;
    }
  },
  sumRows(alpha, a, out) {
    const sums = new Float64Array(out.length);
    for (let start = 0; start < a.length; start += out.length) {
      for (let j = 0; j < out.length; j++) sums[j] += a[start + j];
    }
    for (let j = 0; j < out.length; j++) out[j] += alpha * sums[j];
  },
  sumColumns(columns, alpha, a, out) {
    const sums = new Float64Array(out.length);
    for (let row = 0, start = 0; start < a.length; row++, start += columns) {
      let sum = 0;
      for (let j = 0; j < columns; j++) sum += a[start + j];
      sums[row % out.length] += sum;
    }
    for (let j = 0; j < out.length; j++) out[j] += alpha * sums[j];
  },
  moveChannels(columns, { centre, scale, shift }, x, beta, y) {
    for (let row = 0, start = 0; start < y.length; row++, start += columns) {
      const c = row % scale.length;
      for (let i = start; i < start + columns; i++) {
        y[i] = (beta === 1 ? y[i] : 0) + scale[c] * (x[i] - centre[c]) + shift[c];
      }
    }
  },
  sumProducts(columns, alpha, y, x, centre, out) {
    const sums = new Float64Array(out.length);
    for (let row = 0, start = 0; start < y.length; row++, start += columns) {
      const c = row % out.length;
      let sum = 0;
      for (let i = start; i < start + columns; i++) sum += y[i] * (x[i] - centre[c]);
      sums[c] += sum;
    }
    for (let c = 0; c < out.length; c++) out[c] += alpha * sums[c];
  },
  addWeightedBlocks(size, columns, shift, weights, values, beta, sums) {
    const width = columns * size;
    for (let start = 0, row = 0; start < sums.length; start += width, row++) {
      const first = Math.floor(row / size) * columns;
      for (let k = 0; k < width; k++) {
        const weight = weights[first + Math.floor(k / size)] + shift;
        sums[start + k] = (beta === 1 ? sums[start + k] : 0) + weight * values[start + k];
      }
    }
  },
  unfold(window, image, columns) {
    columns.fill(0);
    forEachTap(window, (inImage, inColumns) => {
      columns[inColumns] = image[inImage];
    });
  },
  fold(window, columns, image) {
    forEachTap(window, (inImage, inColumns) => {
      image[inImage] += columns[inColumns];
    });
  },
  findMaxima: plainMaxima,
  gather(x, places, out) {
    for (let i = 0; i < out.length; i++) out[i] = x[places[i]];
  },
  scatter(x, places, out) {
    out.fill(0);
    for (let i = 0; i < x.length; i++) out[places[i]] += x[i];
  },
};

/** Calls `visit` for every element of the patch matrix that lies inside the image. */
function forEachTap(w: SlidingWindow, visit: (inImage: number, inColumns: number) => void): void {
  const positions = w.outHeight * w.outWidth;
  let row = 0;
  for (let channel = 0; channel < w.channels; channel++) {
    for (let ky = 0; ky < w.kernel[0]; ky++) {
      for (let kx = 0; kx < w.kernel[1]; kx++, row++) {
        for (let oy = 0; oy < w.outHeight; oy++) {
          const y = oy * w.stride[0] - w.padding[0] + ky * w.dilation[0];
          if (y < 0 || y >= w.height) continue;
          for (let ox = 0; ox < w.outWidth; ox++) {
            const x = ox * w.stride[1] - w.padding[1] + kx * w.dilation[1];
            if (x < 0 || x >= w.width) continue;
            visit((channel * w.height + y) * w.width + x, row * positions + oy * w.outWidth + ox);
          }
        }
      }
    }
  }
}
