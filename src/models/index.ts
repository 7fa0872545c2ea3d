/**
 * Models: what makes a `Linearization` (residuals, `jvp`, `vjp`, Gram matrix at one θ), and what can be trained.
 *
 * @module
 */
export {
  type Activation,
  gelu,
  geluTanh,
  identity,
  leakyReLU,
  relu,
  sigmoid,
  silu,
  smoothLeaky,
  softplus,
  tanh,
} from "./activations.ts";
export { type LogitLinearization, whitenedLinearization } from "./crossEntropy.ts";
export { type JacobianLinearization, jacobianLinearization } from "./jacobianLinearization.ts";
export { linearModel } from "./linear.ts";
export type {
  HessianLinearization,
  Linearization,
  LossKind,
  SampledGramLinearization,
  SampleLosses,
} from "./linearization.ts";
export type { HessianModel, Model } from "./model.ts";
export * from "./network/index.ts";
export { convolutionalNetwork } from "./olm/convolutional.ts";
export { deepLinear } from "./olm/deepLinear.ts";
export { diagonalNetwork } from "./olm/diagonal.ts";
export type { OverparametrisedLinear } from "./olm/family.ts";
export { linear } from "./olm/linear.ts";
export { olmModel } from "./olm/olmModel.ts";
export { randomReparameterisation } from "./olm/reparameterisation.ts";
export { signedSecondLayer, twoLayerModel } from "./twoLayer.ts";
