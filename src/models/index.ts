export {
  type Activation,
  gelu,
  identity,
  leakyReLU,
  relu,
  smoothLeaky,
  softplus,
  tanh,
} from "./activations.ts";
export { linearModel } from "./linear.ts";
export type { Linearization } from "./linearization.ts";
export type { Model } from "./model.ts";
export { convolutionalNetwork } from "./olm/convolutional.ts";
export { deepLinear } from "./olm/deepLinear.ts";
export { diagonalNetwork } from "./olm/diagonal.ts";
export type { OverparametrisedLinear } from "./olm/family.ts";
export { linear } from "./olm/linear.ts";
export { olmModel } from "./olm/olmModel.ts";
export { randomReparameterisation } from "./olm/reparameterisation.ts";
export { signedSecondLayer, twoLayerModel } from "./twoLayer.ts";
