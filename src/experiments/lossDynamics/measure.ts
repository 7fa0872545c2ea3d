import type { BatchDraw } from "../../dynamics/batchNoise.ts";
import { measureLossIncrease, predictLossIncrease, secondOrderIncrease } from "../../dynamics/lossLaw.ts";
import { hessianNoiseTrace } from "../../geometry/hessianNoise.ts";
import { noiseSummary } from "../../geometry/noise.ts";
import { drawsOf } from "../batchDraws.ts";
import type { Row, TrialContext } from "../experiment.ts";
import { oneStepProblems } from "../oneStepProblems.ts";
import { drawOfRates, rates, type Sizes, smallRate } from "./setting.ts";

export interface LossDynamicsTrial extends Record<string, number | string> {
  model: string;
  seed: number;
}

/** The increase of the loss by noise, measured and predicted, over η and over draws of batches, at every θ of a model. */
export async function measure(
  { model: name }: LossDynamicsTrial,
  { kernels, stream }: TrialContext,
  size: Sizes,
): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const { theta, model, parameters, linearization, point, spectrum } of await oneStepProblems(
    name,
    size,
    {
      stream,
      kernels,
    },
  )) {
    const trace = await hessianNoiseTrace(linearization);
    const { loss, noiseTrace, gaussNewtonTrace } = noiseSummary(point);
    // what Tr(ΣG) would be of noise that knows no direction
    const blindTrace = (noiseTrace * gaussNewtonTrace) / model.parameters;
    const at = async (rate: number, draw: BatchDraw): Promise<Row> => {
      const step = { ...draw, learningRate: rate / spectrum.eigenvalues[0] };
      const { centred, plain } = await measureLossIncrease(model, parameters, {
        ...step,
        // single samples have the heaviest tails
        batches: draw.batchSize === 1 ? 4 * size.batches : size.batches,
        stream: stream.split(theta, "batches", rate, draw.batchSize, String(draw.replacement)),
      });
      return {
        theta,
        rate,
        ...draw,
        loss,
        measured: centred.mean,
        low: centred.low,
        high: centred.high,
        plain: plain.mean,
        plainLow: plain.low,
        plainHigh: plain.high,
        exact: secondOrderIncrease(trace, model.samples, step),
        ...predictLossIncrease(point, step),
        isotropic: secondOrderIncrease(blindTrace, model.samples, step),
      };
    };
    for (const draw of drawsOf(size.batchSizes)) rows.push(await at(smallRate, draw));
    for (const rate of rates) if (rate !== smallRate) rows.push(await at(rate, drawOfRates(size)));
  }
  return rows;
}
