/** What the module offers to ../../vectorModule.ts; lengths in elements, addresses in bytes. Its memory is imported. */
import { moveChannels, sumProducts } from "./channels";
import { findMaxima } from "./maxima";
import { gather, scatter } from "./places";
import { axpy, multiply, multiplyAdd } from "./products";
import { addToColumns, addToRows, sumColumns, sumRows } from "./rows";
import { addWeightedBlocks } from "./weighted";
import { fold, unfold } from "./window";

export * from "./activations";

export function clear(at: usize, bytes: usize): void {
  memory.fill(at, 0, bytes);
}

export function axpy32(n: isize, alpha: f32, x: usize, y: usize): void {
  axpy<f32>(n, alpha, x, y);
}
export function axpy64(n: isize, alpha: f64, x: usize, y: usize): void {
  axpy<f64>(n, alpha, x, y);
}

export function multiply32(n: isize, x: usize, y: usize, out: usize): void {
  multiply<f32>(n, x, y, out);
}
export function multiply64(n: isize, x: usize, y: usize, out: usize): void {
  multiply<f64>(n, x, y, out);
}

export function multiplyAdd32(n: isize, alpha: f32, x: usize, y: usize, out: usize): void {
  multiplyAdd<f32>(n, alpha, x, y, out);
}
export function multiplyAdd64(n: isize, alpha: f64, x: usize, y: usize, out: usize): void {
  multiplyAdd<f64>(n, alpha, x, y, out);
}

export function addToRows32(rows: isize, columns: isize, v: usize, a: usize): void {
  addToRows<f32>(rows, columns, v, a);
}
export function addToRows64(rows: isize, columns: isize, v: usize, a: usize): void {
  addToRows<f64>(rows, columns, v, a);
}

export function addToColumns32(rows: isize, columns: isize, channels: isize, v: usize, a: usize): void {
  addToColumns<f32>(rows, columns, channels, v, a);
}
export function addToColumns64(rows: isize, columns: isize, channels: isize, v: usize, a: usize): void {
  addToColumns<f64>(rows, columns, channels, v, a);
}

export function sumRows32(rows: isize, columns: isize, alpha: f64, a: usize, out: usize): void {
  sumRows<f32>(rows, columns, alpha, a, out);
}
export function sumRows64(rows: isize, columns: isize, alpha: f64, a: usize, out: usize): void {
  sumRows<f64>(rows, columns, alpha, a, out);
}

export function sumColumns32(rows: isize, columns: isize, channels: isize, alpha: f64, a: usize, out: usize): void {
  sumColumns<f32>(rows, columns, channels, alpha, a, out);
}
export function sumColumns64(rows: isize, columns: isize, channels: isize, alpha: f64, a: usize, out: usize): void {
  sumColumns<f64>(rows, columns, channels, alpha, a, out);
}

export function moveChannels32(
  rows: isize, columns: isize, channels: isize, centre: usize, scale: usize, shift: usize, x: usize, keep: bool, y: usize,
): void {
  moveChannels<f32>(rows, columns, channels, centre, scale, shift, x, keep, y);
}
export function moveChannels64(
  rows: isize, columns: isize, channels: isize, centre: usize, scale: usize, shift: usize, x: usize, keep: bool, y: usize,
): void {
  moveChannels<f64>(rows, columns, channels, centre, scale, shift, x, keep, y);
}

export function sumProducts32(
  rows: isize, columns: isize, channels: isize, alpha: f64, y: usize, x: usize, centre: usize, out: usize,
): void {
  sumProducts<f32>(rows, columns, channels, alpha, y, x, centre, out);
}
export function sumProducts64(
  rows: isize, columns: isize, channels: isize, alpha: f64, y: usize, x: usize, centre: usize, out: usize,
): void {
  sumProducts<f64>(rows, columns, channels, alpha, y, x, centre, out);
}

export function addWeightedBlocks32(
  rows: isize, columns: isize, size: isize, shift: f64, weights: usize, values: usize, keep: bool, sums: usize,
): void {
  addWeightedBlocks<f32>(rows, columns, size, shift, weights, values, keep, sums);
}
export function addWeightedBlocks64(
  rows: isize, columns: isize, size: isize, shift: f64, weights: usize, values: usize, keep: bool, sums: usize,
): void {
  addWeightedBlocks<f64>(rows, columns, size, shift, weights, values, keep, sums);
}

export function unfold32(
  channels: isize, height: isize, width: isize, kernelHeight: isize, kernelWidth: isize,
  strideY: isize, strideX: isize, dilationY: isize, dilationX: isize, paddingY: isize, paddingX: isize,
  outHeight: isize, outWidth: isize, image: usize, columns: usize,
): void {
  unfold<f32>(
    channels, height, width, kernelHeight, kernelWidth, strideY, strideX, dilationY, dilationX, paddingY, paddingX,
    outHeight, outWidth, image, columns,
  );
}
export function unfold64(
  channels: isize, height: isize, width: isize, kernelHeight: isize, kernelWidth: isize,
  strideY: isize, strideX: isize, dilationY: isize, dilationX: isize, paddingY: isize, paddingX: isize,
  outHeight: isize, outWidth: isize, image: usize, columns: usize,
): void {
  unfold<f64>(
    channels, height, width, kernelHeight, kernelWidth, strideY, strideX, dilationY, dilationX, paddingY, paddingX,
    outHeight, outWidth, image, columns,
  );
}

export function fold32(
  channels: isize, height: isize, width: isize, kernelHeight: isize, kernelWidth: isize,
  strideY: isize, strideX: isize, dilationY: isize, dilationX: isize, paddingY: isize, paddingX: isize,
  outHeight: isize, outWidth: isize, image: usize, columns: usize,
): void {
  fold<f32>(
    channels, height, width, kernelHeight, kernelWidth, strideY, strideX, dilationY, dilationX, paddingY, paddingX,
    outHeight, outWidth, image, columns,
  );
}
export function fold64(
  channels: isize, height: isize, width: isize, kernelHeight: isize, kernelWidth: isize,
  strideY: isize, strideX: isize, dilationY: isize, dilationX: isize, paddingY: isize, paddingX: isize,
  outHeight: isize, outWidth: isize, image: usize, columns: usize,
): void {
  fold<f64>(
    channels, height, width, kernelHeight, kernelWidth, strideY, strideX, dilationY, dilationX, paddingY, paddingX,
    outHeight, outWidth, image, columns,
  );
}

export function findMaxima32(
  channels: isize, height: isize, width: isize, kernelHeight: isize, kernelWidth: isize,
  strideY: isize, strideX: isize, dilationY: isize, dilationX: isize, paddingY: isize, paddingX: isize,
  outHeight: isize, outWidth: isize, images: usize, places: usize,
): void {
  findMaxima<f32>(
    channels, height, width, kernelHeight, kernelWidth, strideY, strideX, dilationY, dilationX, paddingY, paddingX,
    outHeight, outWidth, images, places,
  );
}
export function findMaxima64(
  channels: isize, height: isize, width: isize, kernelHeight: isize, kernelWidth: isize,
  strideY: isize, strideX: isize, dilationY: isize, dilationX: isize, paddingY: isize, paddingX: isize,
  outHeight: isize, outWidth: isize, images: usize, places: usize,
): void {
  findMaxima<f64>(
    channels, height, width, kernelHeight, kernelWidth, strideY, strideX, dilationY, dilationX, paddingY, paddingX,
    outHeight, outWidth, images, places,
  );
}

export function gather32(n: isize, x: usize, places: usize, out: usize): void {
  gather<f32>(n, x, places, out);
}
export function gather64(n: isize, x: usize, places: usize, out: usize): void {
  gather<f64>(n, x, places, out);
}

export function scatter32(n: isize, length: isize, x: usize, places: usize, out: usize): void {
  scatter<f32>(n, length, x, places, out);
}
export function scatter64(n: isize, length: isize, x: usize, places: usize, out: usize): void {
  scatter<f64>(n, length, x, places, out);
}
