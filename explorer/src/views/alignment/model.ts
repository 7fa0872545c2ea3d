import { InputError } from "../../../../src/inputError.ts";
import type { Kernels } from "../../../../src/linalg/kernels/kernels.ts";
import type { VectorMath } from "../../../../src/linalg/vectorMath.ts";
import { type Activation, gelu, leakyReLU, relu, tanh } from "../../../../src/models/activations.ts";
import { linearModel } from "../../../../src/models/linear.ts";
import type { Model } from "../../../../src/models/model.ts";
import { fnn } from "../../../../src/models/network/architectures/fnn.ts";
import { lenet } from "../../../../src/models/network/architectures/lenet.ts";
import type { Graph } from "../../../../src/models/network/graph.ts";
import { initializeParameters } from "../../../../src/models/network/initialize.ts";
import { squareLoss } from "../../../../src/models/network/losses.ts";
import { networkModel } from "../../../../src/models/network/network.ts";
import { convolutionalNetwork } from "../../../../src/models/olm/convolutional.ts";
import { deepLinear } from "../../../../src/models/olm/deepLinear.ts";
import { diagonalNetwork } from "../../../../src/models/olm/diagonal.ts";
import type { OverparametrisedLinear } from "../../../../src/models/olm/family.ts";
import { linear } from "../../../../src/models/olm/linear.ts";
import { olmModel } from "../../../../src/models/olm/olmModel.ts";
import { randomReparameterisation } from "../../../../src/models/olm/reparameterisation.ts";
import { signedSecondLayer, twoLayerModel } from "../../../../src/models/twoLayer.ts";
import type { RandomStream } from "../../../../src/random/stream.ts";
import type { Data } from "./data.ts";
import type { ProblemSettings } from "./fields.ts";

export interface Context {
  readonly kernels: Kernels;
  readonly math: VectorMath;
  readonly stream: RandomStream;
}

export interface BuiltModel {
  readonly model: Model;
  /** Where the model is linear in its inputs. */
  readonly family?: OverparametrisedLinear;
}

/** Throws an InputError where the model does not take such inputs. */
export function buildModel(settings: ProblemSettings, data: Data, context: Context): BuiltModel {
  const outputs = data.targets.columns;
  if (settings.model === "linear" && outputs > 1) {
    return { model: linearModel({ ...data, kernels: context.kernels }) };
  }
  const family = linearFamily(settings, data.inputs.columns, context);
  if (family) return { model: olmModel({ family, ...data, kernels: context.kernels }), family };
  if (settings.model === "two-layer") {
    const secondLayer = signedSecondLayer(outputs, settings.width, context.stream.split("second layer"));
    const activation = activations[settings.activation];
    return { model: twoLayerModel({ ...data, secondLayer, activation, kernels: context.kernels }) };
  }
  const graph = network(settings, data);
  return {
    model: networkModel({
      graph,
      inputs: data.inputs.data,
      targets: data.targets.data,
      loss: squareLoss,
      initialize: (stream) => initializeParameters(graph, "he", stream),
      kernels: context.kernels,
      math: context.math,
    }),
  };
}

const activations: Readonly<Record<ProblemSettings["activation"], Activation>> = {
  tanh,
  relu,
  gelu,
  "leaky-relu": leakyReLU(0.1),
};

function linearFamily(
  { model, width, depth, condition }: ProblemSettings,
  dimension: number,
  { kernels, stream }: Context,
): OverparametrisedLinear | undefined {
  switch (model) {
    case "linear":
      return linear(dimension);
    case "diagonal":
      return diagonalNetwork({ dimension, depth, branches: width });
    case "deep-linear":
      return deepLinear({ dimension, widths: Array.from({ length: depth - 1 }, () => width), kernels });
    case "linear-convolution":
      return convolutionalNetwork({
        dimension,
        convolutions: depth - 1,
        kernelSize: Math.min(width, dimension),
        kernels,
      });
    case "reparameterised":
      return randomReparameterisation({
        dimension,
        parameters: width * dimension,
        condition,
        stream: stream.split("map"),
        kernels,
      });
    default:
      return undefined;
  }
}

function network(
  { model, width, depth, activation }: ProblemSettings,
  { inputs, targets, side }: Data,
): Graph {
  const shared = { activation, initialisation: "he" } as const;
  if (model === "fnn") {
    const hidden = Array.from({ length: depth - 1 }, () => width);
    return fnn({ name: "fnn", hidden, bias: true, ...shared }, [inputs.columns], targets.columns);
  }
  if (side === undefined) {
    throw new InputError(
      "Model: expected images for a convolutional network, got Gaussian inputs; choose digits",
    );
  }
  const channels = [width, 2 * width];
  return lenet(
    { name: "lenet", channels, kernel: 3, pooling: "average", hidden: [2 * width], ...shared },
    [1, side, side],
    targets.columns,
  );
}
