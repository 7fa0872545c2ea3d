import { lossAlignment } from "../../geometry/alignment.ts";
import { aPosterioriBound } from "../../geometry/certificate.ts";
import { noiseSummary } from "../../geometry/noise.ts";
import { type GeometryPoint, pointOf } from "../../geometry/point.ts";
import { gaussNewtonSpectrum, randomDirectionImages } from "../../geometry/spectrum.ts";
import { isDefined } from "../../geometry/undefined.ts";
import type { Kernels } from "../../linalg/kernels/kernels.ts";
import type { Linearization } from "../../models/linearization.ts";
import type { RandomStream } from "../../random/stream.ts";
import type { Row } from "../experiment.ts";
import { mean, slope } from "../rows.ts";
import { bandsOf } from "./bands.ts";
import { isotropicNoise, type Noise } from "./noise.ts";
import { directions } from "./setting.ts";

export interface Look {
  /** λ₁ and Tr G; 0 where there is nothing to see. */
  readonly sharpness: number;
  readonly trace: number;
  readonly rows: readonly Row[];
}

/**
 * What there is to see at one θ: a row "look", one a band of the spectrum and one each of the sharpest eigen-directions, or the
 * reason why there is nothing. `outputs` is what alignments are multiplied by: C for the square loss,
 * 1 for cross-entropy; `unit` is the loss of f = 0.
 */
export async function lookAt(
  linearization: Linearization,
  {
    noise,
    outputs,
    unit,
    kernels,
    stream,
  }: {
    readonly noise: Noise;
    readonly outputs: number;
    readonly unit: number;
    readonly kernels: Kernels;
    readonly stream: RandomStream;
  },
): Promise<Look> {
  const point = await pointOf(linearization);
  const summary = noiseSummary(point);
  const plain = lossAlignment(point);
  const trace = summary.gaussNewtonTrace;
  if (!isDefined(plain)) {
    return { sharpness: 0, trace, rows: [{ kind: "undefined", reason: plain.undefined }] };
  }
  const spectrum = await gaussNewtonSpectrum(point, kernels);
  const { eigenvalues } = spectrum;
  const place = {
    point,
    summary,
    spectrum,
    parameters: linearization.parameters,
    random: randomDirectionImages(spectrum, directions.random, stream, kernels),
  };
  const measured = noise(place);
  const isotropic = isotropicNoise(place);
  const bound = aPosterioriBound(point, kernels);
  const bands = bandsOf(eigenvalues, measured.eigen);
  const reference = bandsOf(eigenvalues, isotropic.eigen);
  const look: Row = {
    kind: "look",
    lossShare: summary.loss / unit,
    alignment: outputs * measured.loss,
    secondMoment: outputs * plain.secondMoment,
    isotropic: outputs * isotropic.loss,
    overIsotropic: measured.loss / isotropic.loss,
    bound: isDefined(bound) ? outputs * bound : null,
    // Tr(ΣG)/‖G‖_F²: what compares with 1 for cross-entropy (docs/theory.md §9)
    fisher: point.lossKind === "mse" ? null : 2 * summary.loss * measured.loss,
    sharpest: outputs * mean(measured.eigen.slice(0, directions.sharpest)),
    random: outputs * mean(measured.random),
    randomCurvature: trace / linearization.parameters / eigenvalues[0],
    exponent: slope(
      bands.map(({ curvature }) => Math.log(curvature)),
      bands.map(({ curvature, alignment }) => Math.log(curvature * alignment)),
    ),
    carriers: carriers(point),
    sharpestShare: (eigenvalues[0] / summary.gaussNewtonFrobenius) ** 2,
    gradientShare: summary.gradientNormSquared / (summary.gradientNormSquared + summary.noiseTrace),
  };
  return {
    sharpness: eigenvalues[0],
    trace,
    rows: [
      look,
      ...bands.map(({ curvature, alignment }, band) => ({
        kind: "band",
        band,
        curvature: curvature / eigenvalues[0],
        directional: outputs * alignment,
        isotropic: outputs * reference[band].alignment,
      })),
      ...measured.eigen.slice(0, directions.sharpest).map((alignment, k) => ({
        kind: "direction",
        direction: k + 1,
        curvature: eigenvalues[k] / eigenvalues[0],
        directional: outputs * alignment,
        isotropic: outputs * isotropic.eigen[k],
      })),
    ],
  };
}

/** Part of the samples that would carry the squared residuals if they shared them alike, (Σ ‖r_i‖²)²/(n Σ ‖r_i‖⁴). */
function carriers({ residuals, outputs, samples, lossKind }: GeometryPoint): number | null {
  if (lossKind !== "mse") return null;
  let sum = 0;
  let squares = 0;
  for (let i = 0; i < samples; i++) {
    let own = 0;
    for (let k = i * outputs; k < (i + 1) * outputs; k++) own += residuals[k] ** 2;
    sum += own;
    squares += own ** 2;
  }
  return sum ** 2 / (samples * squares);
}
