import { oneHot, signs } from "../../data/dataset/targets.ts";
import { openVectorMath } from "../../linalg/kernels/openVectorMath.ts";
import type { VectorMath } from "../../linalg/vectorMath.ts";
import { buildArchitecture } from "../../models/network/architectures/buildArchitecture.ts";
import { freezeBatchNorm } from "../../models/network/freezeBatchNorm.ts";
import { initializeParameters } from "../../models/network/initialize.ts";
import { squareLoss } from "../../models/network/losses.ts";
import { networkModel } from "../../models/network/network.ts";
import { drawDigits, withoutDigits } from "../digits.ts";
import type { Row, TrialContext } from "../experiment.ts";
import { descendTo } from "../minima/trainedByDescent.ts";
import { lookAt } from "./look.ts";
import { type NetworkName, networks } from "./networks.ts";
import { initial, lookName, looks, pair, type Sizes, scalar, type Targets, ten } from "./setting.ts";
import type { Variant } from "./variant.ts";

export interface HessianTrial extends Record<string, number | string> {
  network: NetworkName;
  targets: Targets;
  seed: number;
}

/** ½: targets are ±1, or have length 1. */
const lossUnit = 1 / 2;

/** Σ, G and H along the training of one network on one draw of images. */
export async function measure(
  { network, targets }: HessianTrial,
  { kernels, stream, openImages }: TrialContext,
  { cases, margin, queries }: Sizes,
  variant: Variant,
): Promise<readonly Row[]> {
  const own = cases.find((one) => one.network === network && one.targets === targets);
  if (!own) throw new RangeError(`case: got ${network}, ${targets}`);
  const { width, samples, batchSize, maxSteps, top } = own;
  const digits = targets === scalar ? pair : ten;
  const drawn = await drawDigits(digits, samples, { margin, openImages, stream: stream.split("images") });
  const labels = { indices: drawn.labels, classes: digits.length };
  const { values, outputs } = targets === scalar ? signs(labels) : oneHot(labels);
  const architecture = networks[network].architecture(width);
  const graph = buildArchitecture(architecture, [1, drawn.side, drawn.side], outputs);
  const math = await vectorMath();
  const model = networkModel({
    graph,
    inputs: drawn.inputs,
    targets: values,
    loss: squareLoss,
    initialize: (draws) => initializeParameters(graph, architecture.initialisation, draws),
    kernels,
    math,
  });
  try {
    const rows: Row[] = [...withoutDigits(drawn)];
    const look = async (place: string, order: number, steps: number, theta: Float64Array) => {
      const seen = await lookAt(model.linearize(theta), {
        graph,
        variant,
        top,
        queries,
        lossUnit,
        kernels,
        stream: stream.split("look", place),
      });
      rows.push(...seen.rows.map((row) => ({ theta: place, order, steps, data: drawn.name, ...row })));
      return 1 / (seen.sharpness + seen.trace / batchSize);
    };
    let theta = model.initialize(stream.split("initial"));
    freezeBatchNorm(graph, theta, drawn.inputs, { kernels, math });
    let rateUnit = await look(initial, 0, 0, theta);
    let spent = 0;
    for (const [k, { share, rate }] of looks.entries()) {
      const run = descendTo(model, theta, {
        batchSize,
        learningRate: rate * rateUnit,
        loss: share * lossUnit,
        maxSteps: maxSteps - spent,
        stream: stream.split("batches", k),
      });
      spent += run.steps;
      if (!run.arrived) break;
      theta = run.theta;
      rateUnit = await look(lookName(share), k + 1, spent, theta);
    }
    return rows;
  } finally {
    model.release();
  }
}

let opened: Promise<VectorMath> | undefined;

/** One for all trials: each has a memory of its own. */
function vectorMath(): Promise<VectorMath> {
  opened ??= openVectorMath();
  return opened;
}
