import type { GeometryPoint } from "./point.ts";

/** ‖values‖². */
export function squaredNorm(values: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i] * values[i];
  return sum;
}

/**
 * Calls `visit(i, h)` with h_i = J g_i = Σ_c r_i^c K_{·,(i,c)} (length n·C, valid during the call only): how the
 * gradient of sample i moves every output. All second-order quantities are sums over these (docs/theory.md §2).
 */
export function forEachGradientImage(
  point: GeometryPoint,
  visit: (sample: number, image: Float64Array) => void,
): void {
  const { samples, outputs, residuals } = point;
  const image = new Float64Array(residuals.length);
  for (let i = 0; i < samples; i++) {
    gradientImage(point, i, image, outputs, residuals);
    visit(i, image);
  }
}

function gradientImage(
  point: GeometryPoint,
  sample: number,
  image: Float64Array,
  outputs: number,
  residuals: Float64Array,
): void {
  const { data } = point.gram;
  const size = image.length;
  for (let c = 0; c < outputs; c++) {
    const index = sample * outputs + c;
    const weight = residuals[index];
    const start = index * size;
    if (c === 0) for (let j = 0; j < size; j++) image[j] = weight * data[start + j];
    else for (let j = 0; j < size; j++) image[j] += weight * data[start + j];
  }
}

/** g_iᵀg_j = r_iᵀ K_ij r_j, in the point's scaled units. */
export function gradientProduct({ outputs, gram, residuals }: GeometryPoint, i: number, j: number): number {
  const size = residuals.length;
  let sum = 0;
  for (let a = i * outputs; a < (i + 1) * outputs; a++) {
    let part = 0;
    for (let b = j * outputs; b < (j + 1) * outputs; b++) part += gram.data[a * size + b] * residuals[b];
    sum += part * residuals[a];
  }
  return sum;
}

/** K r = Σ_i h_i (length n·C, in the point's scaled units). */
export function gradientImageSum({ gram, residuals }: GeometryPoint): Float64Array {
  const size = residuals.length;
  const sum = new Float64Array(size);
  for (let i = 0; i < size; i++) {
    const weight = residuals[i];
    for (let j = 0, k = i * size; j < size; j++, k++) sum[j] += weight * gram.data[k];
  }
  return sum;
}

/** K r / n = J∇L, the mean of the gradient images. */
export function meanGradientImage(point: GeometryPoint): Float64Array {
  const mean = gradientImageSum(point);
  for (let j = 0; j < mean.length; j++) mean[j] /= point.samples;
  return mean;
}
