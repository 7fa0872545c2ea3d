/** Dense linear algebra: strided matrices and the kernels that work on them. */
export type { Kernels, SymmetricEigen } from "./kernels/kernels.ts";
export { type NativeKernelsOptions, openNativeKernels } from "./kernels/native.ts";
export { type OpenKernelsOptions, openKernels } from "./kernels/select.ts";
export { type KernelSpeed, measureSpeed } from "./kernels/speed.ts";
export { openWasmKernels } from "./kernels/wasm.ts";
export {
  block,
  column,
  dense,
  entry,
  type FloatArray,
  fromRows,
  type Matrix,
  matrix,
  mirrorLower,
  row,
  rowMajor,
  type SymmetricMatrix,
  setEntry,
  transpose,
} from "./matrix.ts";
