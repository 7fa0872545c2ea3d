import type { ScalarFunction } from "../../../linalg/vectorMath.ts";
import { gelu, identity, leakyReLU, relu, sigmoid, silu, softplus, tanh } from "../../activations.ts";

/** As people write them in a configuration. */
export const activationNames = [
  "relu",
  "leaky-relu",
  "gelu",
  "silu",
  "tanh",
  "sigmoid",
  "softplus",
  "identity",
] as const;
type ActivationName = (typeof activationNames)[number];

/** PyTorch's defaults: slope 0.01 of leaky ReLU, the exact GELU, β = 1 of softplus. */
const functions: Readonly<Record<ActivationName, ScalarFunction>> = {
  relu,
  "leaky-relu": leakyReLU(0.01),
  gelu,
  silu,
  tanh,
  sigmoid,
  softplus,
  identity,
};

export function activationNamed(name: ActivationName): ScalarFunction {
  return functions[name];
}
