/**
 * Linear algebra: strided matrices, the kernels that work on them, and methods that need products alone.
 *
 * @module
 */
export type { Kernels, Products, SymmetricEigen } from "./kernels/kernels.ts";
export { type NativeKernelsOptions, openNativeKernels } from "./kernels/native.ts";
export { openVectorMath } from "./kernels/openVectorMath.ts";
export { fusesMultiplyAdd } from "./kernels/relaxedSimd.ts";
export { type OpenKernelsOptions, openKernels } from "./kernels/select.ts";
export { type KernelSpeed, measureSpeed } from "./kernels/speed.ts";
export { type OpenWasmKernelsOptions, openWasmKernels } from "./kernels/wasm.ts";
export { type Eigenpair, type LanczosOptions, type LeadingEigenpairs, lanczos } from "./lanczos.ts";
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
export { plainVectorMath } from "./plainVectorMath.ts";
export {
  type SpectralDensity,
  type SpectralDensityOptions,
  type SpectralQuadrature,
  spectralDensity,
} from "./spectralDensity.ts";
export type { GaussianSource, MatrixFreeOptions, SymmetricOperator } from "./symmetricOperator.ts";
export {
  frobeniusEstimate,
  type NormEstimate,
  type TraceEstimate,
  type TraceOptions,
  traceEstimate,
} from "./traceEstimate.ts";
export type { ChannelMove, Precision, ScalarFunction, SlidingWindow, VectorMath } from "./vectorMath.ts";
