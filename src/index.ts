/**
 * noise-geometry: how the noise of minibatch SGD aligns with the local geometry of the loss.
 *
 * The whole surface in one import, but for ONNX files (noise-geometry/onnx); the subpaths (noise-geometry/linalg, /random,
 * /data, /models, /geometry, /dynamics, /experiments) hold the same things layer by layer.
 *
 * @module noise-geometry
 */
export * from "./data/index.ts";
export * from "./dynamics/index.ts";
export * from "./experiments/index.ts";
export * from "./geometry/index.ts";
export { InputError } from "./inputError.ts";
export * from "./linalg/index.ts";
export * from "./models/index.ts";
export * from "./random/index.ts";
export { version } from "./version.ts";
