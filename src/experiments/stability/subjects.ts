import { powerLaw } from "../../data/designs.ts";
import { type ReducedProblem, reducedLinearization } from "../../dynamics/reducedProblem.ts";
import type { Kernels } from "../../linalg/kernels/kernels.ts";
import { matrix } from "../../linalg/matrix.ts";
import { plainVectorMath } from "../../linalg/plainVectorMath.ts";
import { linearModel } from "../../models/linear.ts";
import { readArchitecture } from "../../models/network/architectures/schema.ts";
import type { RandomStream } from "../../random/stream.ts";
import type { Minimum } from "../minima/minimum.ts";
import { trainedNetwork } from "../minima/trainedNetwork.ts";

/** A model at a minimum without residuals. */
interface Subject {
  readonly problem: ReducedProblem;
  /** Where the model is a network, and its own runs differ from the linearised ones. */
  readonly network?: Minimum;
}

type Draw = (stream: RandomStream, kernels: Kernels) => Promise<Subject>;

const exponent = 0.5;
const wide = { samples: 12, dimension: 24 };
const tall = { samples: 32, dimension: 12 };
const network = { samples: 10, dimension: 6, width: 12, outputs: 2 };

export const subjects: ReadonlyMap<string, Draw> = new Map<string, Draw>([
  [`linear, n = ${wide.samples} < d = ${wide.dimension}`, linear(wide)],
  [`linear, n = ${tall.samples} > d = ${tall.dimension}`, linear(tall)],
  ["trained tanh network", tanhNetwork],
]);

/** Targets θ*ᵀx, which leave no residuals at θ*. */
function linear({ samples, dimension }: { samples: number; dimension: number }): Draw {
  return async (stream, kernels) => {
    const inputs = powerLaw(dimension, exponent).sample(samples, stream.split("inputs"));
    const teacher = stream.split("teacher").gaussians(new Float64Array(dimension));
    const targets = matrix(samples, 1);
    kernels.gemv(1, inputs, teacher, 0, targets.data);
    const model = linearModel({ inputs, targets, kernels });
    return { problem: await reducedLinearization(model.linearize(teacher), kernels) };
  };
}

async function tanhNetwork(stream: RandomStream, kernels: Kernels): Promise<Subject> {
  const { samples, dimension, width, outputs } = network;
  const minimum = await trainedNetwork(
    {
      architecture: readArchitecture({
        name: "fnn",
        hidden: [width],
        activation: "tanh",
        initialisation: "xavier",
      }),
      inputShape: [dimension],
      inputs: stream.split("inputs").gaussians(new Float64Array(samples * dimension)),
      targets: stream.split("targets").gaussians(new Float64Array(samples * outputs)),
      outputs,
    },
    { kernels, math: plainVectorMath, stream: stream.split("initial") },
  );
  return { problem: minimum.problem, network: minimum };
}

export const subjectSetting: readonly string[] = [
  `Linear models, one output, x ~ N(0, S) with the power law 1/√k: n = ${wide.samples}, d = ${wide.dimension}, where every target is realisable; n = ${tall.samples}, d = ${tall.dimension} with targets θ*ᵀx, θ* ~ N(0, I).`,
  `Network ${network.dimension}-${network.width}-${network.outputs} with tanh and biases, all trained, on n = ${network.samples} inputs N(0, I) and targets N(0, I), by Levenberg–Marquardt steps from its initialisation until the loss is below 1e-24.`,
];
