/** The one-step laws of docs/theory.md §4 as ratios of measured to predicted, for a network in training. */
import { noiseSummary } from "../geometry/noise.ts";
import { squaredNorm } from "../geometry/perSample.ts";
import type { GeometryPoint } from "../geometry/point.ts";
import type { Undefined } from "../geometry/undefined.ts";
import { InputError } from "../inputError.ts";
import type { Matrix } from "../linalg/matrix.ts";
import type { Linearization } from "../models/linearization.ts";
import type { NetworkModel } from "../models/network/network.ts";
import { type Measured, ratioOf, type StepDraws } from "./drawnBatches.ts";
import { measureLossIncrease, predictLossIncrease } from "./lossLaw.ts";
import { measureProjection, predictProjection } from "./projectionLaw.ts";

export interface LawRatios {
  /** Over the prediction by the alignment at hand, μ or g. */
  readonly aligned: Measured | Undefined;
  /** Over that of noise Σ = 2L·G: with C outputs C times it is what compares with 1. */
  readonly decoupled: Measured | Undefined;
}

/** Half a unit in the last place: outputs of this relative rounding make a loss that is off by about as much. */
const rounding = { float32: 2 ** -24, float64: 2 ** -53 };
/** So many times its rounding has to be what is read off as a difference of losses. */
const digits = 64;

/**
 * The increase of the loss by noise over its prediction. 1 says that the step is small and H near G; a value that is not
 * near it speaks of curvature beyond G, or of more than the second order.
 */
export async function noiseLossRatios(
  model: NetworkModel,
  theta: Float64Array,
  point: GeometryPoint,
  draws: StepDraws,
): Promise<LawRatios> {
  const { aligned, decoupled } = predictLossIncrease(point, draws);
  const { loss } = noiseSummary(point);
  const outputs = Math.sqrt(squaredNorm(model.predict(theta)) / model.samples);
  // residuals are as coarse as the outputs that they are left of
  const coarseness = rounding[model.precision] * Math.sqrt(2 * loss) * (Math.sqrt(2 * loss) + outputs);
  if (aligned > 0 && aligned < digits * coarseness) {
    const lost: Undefined = { undefined: "the increase of the loss is lost in the rounding of the outputs" };
    return { aligned: lost, decoupled: lost };
  }
  try {
    const { centred } = await measureLossIncrease(model, theta, draws);
    return { aligned: ratioOf(centred, aligned), decoupled: ratioOf(centred, decoupled) };
  } catch (error) {
    // a step to where the loss has no geometry, as logits that overflow, is no reason to end a run
    if (!(error instanceof InputError)) throw error;
    const left: Undefined = { undefined: `after the step: ${error.message}` };
    return { aligned: left, decoupled: left };
  }
}

/** The squared displacement by noise within a subspace over its prediction; `images` as in `measureProjection`. */
export function noiseProjectionRatios(
  linearization: Linearization,
  point: GeometryPoint,
  images: Matrix<Float64Array>,
  draws: StepDraws,
): LawRatios {
  const { aligned, decoupled } = predictProjection(point, images, draws);
  const measured = measureProjection(linearization, images, draws);
  return { aligned: ratioOf(measured, aligned), decoupled: ratioOf(measured, decoupled) };
}
