/**
 * Networks from ONNX files; a subpath of its own, since the format's schema is not needed otherwise.
 *
 * @module
 */
export type { OpenExternal } from "./externalData.ts";
export { type OnnxModel, type ReadOnnxOptions, readOnnx } from "./readOnnx.ts";
