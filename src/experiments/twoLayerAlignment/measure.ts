import { isotropic } from "../../data/designs.ts";
import { lossAlignment } from "../../geometry/alignment.ts";
import { aPosterioriBound, twoLayerBound } from "../../geometry/certificate.ts";
import { type GeometryPoint, pointOf } from "../../geometry/point.ts";
import { defined, isDefined } from "../../geometry/undefined.ts";
import type { Kernels } from "../../linalg/kernels/kernels.ts";
import { type Matrix, matrix } from "../../linalg/matrix.ts";
import type { Activation } from "../../models/activations.ts";
import { innerProducts } from "../../models/innerProducts.ts";
import type { Model } from "../../models/model.ts";
import { signedSecondLayer, twoLayerModel } from "../../models/twoLayer.ts";
import type { RandomStream } from "../../random/stream.ts";
import type { Row, TrialContext } from "../experiment.ts";
import { situations } from "../situations.ts";
import { trainTowards } from "../training.ts";
import { activations, learningRate, type Sizes, teacherWidth, training } from "./setting.ts";

export interface TwoLayerTrial extends Record<string, number | string> {
  activation: string;
  seed: number;
}

/** μ, μ₁ and their lower bounds at every n, width and situation, for one activation; all widths share inputs and teacher. */
export async function measure(
  { activation: name }: TwoLayerTrial,
  { kernels, stream }: TrialContext,
  { dimension, samples, widths }: Sizes,
): Promise<readonly Row[]> {
  const activation = activations.get(name);
  if (!activation) throw new RangeError(`activation: got ${name}`);
  const { lower, upper } = activation.slopeBounds;
  const rows: Row[] = [];
  for (const n of samples) {
    const draws = stream.split("n", n);
    const inputs = isotropic(dimension).sample(n, draws.split("inputs"));
    const inputsBound = defined(twoLayerBound(innerProducts(inputs, kernels), { lower, upper }));
    const targets = teach(inputs, activation, draws.split("teacher"), kernels);
    for (const width of widths) {
      const student = draws.split("width", width);
      const secondLayer = signedSecondLayer(1, width, student.split("second layer"));
      for (const [index, situation] of situations.entries()) {
        const own = student.split("situation", index);
        const labels = own.split("labels").gaussians(new Float64Array(n), situation.noise);
        for (let i = 0; i < n; i++) labels[i] += targets[i];
        const model = twoLayerModel({
          inputs,
          targets: matrix(n, 1, labels),
          secondLayer,
          activation,
          kernels,
        });
        const start = model.initialize(own.split("initial")).map((weight) => weight * situation.spread);
        const theta = situation.trained ? await train(model, start, own.split("batches")) : start;
        const point = await pointOf(model.linearize(theta));
        rows.push({
          slopeRatio: Math.max(lower, 0) / upper,
          samples: n,
          width,
          parameters: model.parameters,
          theta: situation.theta,
          ...(await alignmentOf(point, kernels)),
          inputsBound,
        });
      }
    }
  }
  return rows;
}

/** Null where training has killed every unit (ReLU alone can): G = 0 and nothing is defined. */
async function alignmentOf(point: GeometryPoint, kernels: Kernels): Promise<Row> {
  const alignment = lossAlignment(point);
  if (!isDefined(alignment)) return { covariance: null, secondMoment: null, aPosteriori: null };
  return { ...alignment, aPosteriori: defined(aPosterioriBound(point, kernels)) };
}

/** The outputs of another two-layer network with the same activation. */
function teach(inputs: Matrix, activation: Activation, stream: RandomStream, kernels: Kernels): Float64Array {
  const teacher = twoLayerModel({
    inputs,
    targets: matrix(inputs.rows, 1),
    secondLayer: signedSecondLayer(1, teacherWidth, stream.split("second layer")),
    activation,
    kernels,
  });
  return teacher.linearize(teacher.initialize(stream.split("weights"))).residuals;
}

async function train(model: Model, start: Float64Array, stream: RandomStream): Promise<Float64Array> {
  const gram = await model.linearize(start).gram();
  let trace = 0;
  for (let i = 0; i < gram.rows; i++) trace += gram.data[i * (gram.rows + 1)] / gram.rows;
  return trainTowards(model, start, { ...training, learningRate: learningRate / trace, stream });
}
