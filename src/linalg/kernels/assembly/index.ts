/** What the module offers to src/linalg/kernels/wasmModule.ts; sizes in elements, addresses and strides in bytes. */
import { columnsTimesVector, rowsTimesVector } from "./matrixTimesVector";
import { TILE_ROWS, tileColumns } from "./microKernel";
import { multiply } from "./multiply";
import { packPanels } from "./panels";
import { scale } from "./vectors";

export {
  symmetricEigen,
  symmetricEigenvalues,
  symmetricEigenvaluesWorkspace,
  symmetricEigenWorkspace,
} from "./symmetricEigen";

/** First address that the module does not use itself. */
export function heapStart(): usize {
  return (__heap_base + 63) & ~63;
}

export function clear(at: usize, bytes: usize): void {
  memory.fill(at, 0, bytes);
}

export function scale32(count: usize, alpha: f32, x: usize): void {
  scale<f32>(count, alpha, x);
}
export function scale64(count: usize, alpha: f64, x: usize): void {
  scale<f64>(count, alpha, x);
}

export function packLeft32(
  width: usize, depth: usize, source: usize, widthStride: usize, depthStride: usize, target: usize,
): void {
  packPanels<f32>(TILE_ROWS, width, depth, source, widthStride, depthStride, target);
}
export function packLeft64(
  width: usize, depth: usize, source: usize, widthStride: usize, depthStride: usize, target: usize,
): void {
  packPanels<f64>(TILE_ROWS, width, depth, source, widthStride, depthStride, target);
}

export function packRight32(
  width: usize, depth: usize, source: usize, widthStride: usize, depthStride: usize, target: usize,
): void {
  packPanels<f32>(tileColumns<f32>(), width, depth, source, widthStride, depthStride, target);
}
export function packRight64(
  width: usize, depth: usize, source: usize, widthStride: usize, depthStride: usize, target: usize,
): void {
  packPanels<f64>(tileColumns<f64>(), width, depth, source, widthStride, depthStride, target);
}

export function multiply32(
  rows: usize, columns: usize, depth: usize, alpha: f32, a: usize, b: usize, c: usize, stride: usize,
  side: i32, diagonal: isize,
): void {
  multiply<f32>(rows, columns, depth, alpha, a, b, c, stride, side, diagonal);
}
export function multiply64(
  rows: usize, columns: usize, depth: usize, alpha: f64, a: usize, b: usize, c: usize, stride: usize,
  side: i32, diagonal: isize,
): void {
  multiply<f64>(rows, columns, depth, alpha, a, b, c, stride, side, diagonal);
}

export function rowsTimesVector32(rows: usize, columns: usize, a: usize, x: usize, y: usize): void {
  rowsTimesVector<f32>(rows, columns, a, x, y);
}
export function rowsTimesVector64(rows: usize, columns: usize, a: usize, x: usize, y: usize): void {
  rowsTimesVector<f64>(rows, columns, a, x, y);
}

export function columnsTimesVector32(rows: usize, columns: usize, a: usize, x: usize, y: usize): void {
  columnsTimesVector<f32>(rows, columns, a, x, y);
}
export function columnsTimesVector64(rows: usize, columns: usize, a: usize, x: usize, y: usize): void {
  columnsTimesVector<f64>(rows, columns, a, x, y);
}
