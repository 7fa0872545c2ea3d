import { lossAlignment } from "../geometry/alignment.ts";
import { directionalAlignments } from "../geometry/directional.ts";
import { lossAlignmentIntervals } from "../geometry/jackknife.ts";
import { type NoiseSummary, noiseSummary } from "../geometry/noise.ts";
import { gradientNoiseScale } from "../geometry/noiseScale.ts";
import { hessianOperator } from "../geometry/products.ts";
import { isDefined, type Undefined } from "../geometry/undefined.ts";
import { lanczos } from "../linalg/lanczos.ts";
import type { StepDraws } from "./drawnBatches.ts";
import type { NetworkPoint } from "./networkPoint.ts";
import { type LawRatios, noiseLossRatios, noiseProjectionRatios } from "./oneStep.ts";
import type { Quantity } from "./quantities.ts";
import { eigenImages } from "./subspaces.ts";

/** The values of a quantity's columns, or why none of them has one. */
type Values = readonly (number | Undefined)[] | Undefined;

/** ‖Hv − λv‖ over ‖H‖ that is good enough: products in float32 have no more digits. */
const hessianTolerance = { float32: 1e-4, float64: 1e-8 };
/** Products with H, after which the pair at hand has to do; its residual says how good it is. */
const hessianProducts = 200;
/** Batches drawn for a one-step law: they leave about a quarter of the value as its interval. */
const lawBatches = 100;

/** How each quantity is measured, in the order of its columns. */
export const readers: Record<Quantity, (point: NetworkPoint) => Promise<Values>> = {
  loss: async (point) => [point.fit().loss],
  accuracy: async (point) => [point.fit().accuracy],
  testLoss: async (point) => [point.fit().loss],
  testAccuracy: async (point) => [point.fit().accuracy],
  gradientNorm,
  lossAlignment: lossAlignmentValues,
  directionalAlignment: directionalValues,
  async maxEigenvalue(point) {
    const spectrum = await point.spectrum();
    return isDefined(spectrum) ? [spectrum.eigenvalues[0] ?? 0] : spectrum;
  },
  trace: (point) => summaryValue(point, ({ gaussNewtonTrace }) => gaussNewtonTrace),
  frobenius: (point) => summaryValue(point, ({ gaussNewtonFrobenius }) => gaussNewtonFrobenius),
  noiseScale: noiseScaleValues,
  hessianMaxEigenvalue: hessianValues,
  noiseLossRatio: lossLawValues,
  noiseProjectionRatio: projectionLawValues,
};

/** ‖∇L‖ with ∇L = Jᵀr/n, not from K: the norm of a small sum of large gradients would drown in the rounding of rᵀKr. */
async function gradientNorm(point: NetworkPoint): Promise<Values> {
  const linearization = point.linearization();
  if (!isDefined(linearization)) return linearization;
  const sum = await linearization.vjp(linearization.residuals);
  return [Math.sqrt(sum.reduce((squares, value) => squares + value * value, 0)) / linearization.samples];
}

async function lossAlignmentValues(point: NetworkPoint): Promise<Values> {
  const geometry = await point.geometry();
  if (!isDefined(geometry)) return geometry;
  const alignment = lossAlignment(geometry);
  if (!isDefined(alignment)) return alignment;
  const intervals = lossAlignmentIntervals(geometry, alignment);
  const [low, high] = isDefined(intervals)
    ? [intervals.covariance.low, intervals.covariance.high]
    : [intervals, intervals];
  return [alignment.covariance, low, high, alignment.secondMoment];
}

async function directionalValues(point: NetworkPoint): Promise<Values> {
  const geometry = await point.geometry();
  const spectrum = await point.spectrum();
  if (!isDefined(geometry)) return geometry;
  if (!isDefined(spectrum)) return spectrum;
  const rank = spectrum.eigenvalues.length;
  const alignments = directionalAlignments(geometry, spectrum.vectors);
  return Array.from({ length: point.directions }, (_, k) => {
    const alignment = alignments[k] ?? { undefined: `G has no direction ${k + 1}: its rank is ${rank}` };
    return isDefined(alignment) ? alignment.covariance : alignment;
  });
}

async function summaryValue(point: NetworkPoint, pick: (summary: NoiseSummary) => number): Promise<Values> {
  const geometry = await point.geometry();
  return isDefined(geometry) ? [pick(noiseSummary(geometry))] : geometry;
}

async function noiseScaleValues(point: NetworkPoint): Promise<Values> {
  const geometry = await point.geometry();
  if (!isDefined(geometry)) return geometry;
  const scale = gradientNoiseScale(geometry);
  if (!isDefined(scale)) return scale;
  const { value, interval } = scale;
  return isDefined(interval) ? [value, interval.low, interval.high] : [value, interval, interval];
}

async function hessianValues({
  model,
  linearization,
  kernels,
  stream,
  pause,
}: NetworkPoint): Promise<Values> {
  const at = linearization();
  if (!isDefined(at)) return at;
  const hessian = hessianOperator(at);
  const { largest } = await lanczos(
    {
      size: hessian.size,
      async apply(v) {
        await pause?.();
        return hessian.apply(v);
      },
    },
    {
      kernels,
      random: stream.split("hessian"),
      largest: 1,
      tolerance: hessianTolerance[model.precision],
      maxProducts: hessianProducts,
    },
  );
  return [largest[0].value, largest[0].residual];
}

async function lossLawValues(point: NetworkPoint): Promise<Values> {
  const draws = drawsAt(point);
  const geometry = await point.geometry();
  if (!isDefined(geometry)) return geometry;
  if (!isDefined(draws)) return draws;
  return ratioValues(await noiseLossRatios(point.model, point.theta, geometry, draws));
}

async function projectionLawValues(point: NetworkPoint): Promise<Values> {
  const draws = drawsAt(point);
  const linearization = point.linearization();
  const geometry = await point.geometry();
  const spectrum = await point.spectrum();
  if (!isDefined(linearization)) return linearization;
  if (!isDefined(geometry)) return geometry;
  if (!isDefined(spectrum)) return spectrum;
  if (!isDefined(draws)) return draws;
  const images = eigenImages(spectrum, linearization.samples, 0, point.directions);
  return ratioValues(noiseProjectionRatios(linearization, geometry, images, draws));
}

/** Batches for the step that is taken from here, the same ones at every point. */
function drawsAt({ model, step, stream, pause }: NetworkPoint): StepDraws | Undefined {
  if (!isDefined(step)) return step;
  const { batchSize, replacement, learningRate } = step;
  if (learningRate === 0) return { undefined: "the learning rate is 0" };
  if (!replacement && batchSize > model.samples) {
    return {
      undefined: `a batch of ${batchSize} different samples is more than the ${model.samples} looked at`,
    };
  }
  return { ...step, batches: lawBatches, stream: stream.split("batches"), pause };
}

function ratioValues({ aligned, decoupled }: LawRatios): Values {
  const rest = isDefined(decoupled) ? decoupled.mean : decoupled;
  return isDefined(aligned)
    ? [aligned.mean, aligned.low, aligned.high, rest]
    : [aligned, aligned, aligned, rest];
}
