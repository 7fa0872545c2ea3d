import { noiseSummary } from "../../geometry/noise.ts";
import { pointOf } from "../../geometry/point.ts";
import { gaussNewtonOperator, gaussNewtonProduct } from "../../geometry/products.ts";
import { gaussNewtonSpectrum } from "../../geometry/spectrum.ts";
import { dot } from "../../linalg/dot.ts";
import type { Kernels } from "../../linalg/kernels/kernels.ts";
import { lanczos } from "../../linalg/lanczos.ts";
import { column } from "../../linalg/matrix.ts";
import type { SymmetricOperator } from "../../linalg/symmetricOperator.ts";
import { frobeniusEstimate } from "../../linalg/traceEstimate.ts";
import type { HessianLinearization } from "../../models/linearization.ts";
import type { Graph } from "../../models/network/graph.ts";
import type { RandomStream } from "../../random/stream.ts";
import type { Row } from "../experiment.ts";
import { mean } from "../rows.ts";
import { layerParts, shareWithin } from "./layers.ts";
import { gradientDeviations, noiseRoot, overlap, unit } from "./noise.ts";
import type { Variant } from "./variant.ts";

/** ‖Hv − λv‖ ≤ tolerance·‖H‖: eigenvectors are then good to that over their gap. */
const tolerance = 1e-6;

export interface Look {
  /** λ₁ and Tr G. */
  readonly sharpness: number;
  readonly trace: number;
  readonly rows: readonly Row[];
}

/**
 * Σ, G and H at one θ: a row "look", and one for each of the `top` sharpest eigen-directions of H. H is known by products alone.
 * Alignments are multiplied by C; `lossUnit` is the loss of f = 0.
 */
export async function lookAt(
  linearization: HessianLinearization,
  {
    graph,
    variant,
    top,
    queries,
    lossUnit,
    kernels,
    stream,
  }: {
    readonly graph: Graph;
    readonly variant: Variant;
    readonly top: number;
    readonly queries: number;
    readonly lossUnit: number;
    readonly kernels: Kernels;
    readonly stream: RandomStream;
  },
): Promise<Look> {
  const { outputs, parameters } = linearization;
  const point = await pointOf(linearization);
  const { loss, gaussNewtonTrace: trace, gaussNewtonFrobenius } = noiseSummary(point);
  const { eigenvalues, vectors } = await gaussNewtonSpectrum(point, kernels);
  const sharpOfG: Float64Array[] = [];
  for (let k = 0; k < Math.min(top, eigenvalues.length); k++) {
    sharpOfG.push(unit(await linearization.vjp(column(vectors, k))));
  }

  const own = await gradientDeviations(linearization);
  const noise = noiseRoot(variant.deviations(own, stream.split("variant")), kernels);
  const sharpOfNoise = await noise.leading(top);

  const gaussNewton = gaussNewtonOperator(linearization);
  const hessian = variant.hessian(linearization);
  const residualPart = differenceOf(hessian, gaussNewton);
  const random = (name: string) => ({ kernels, random: stream.split(name) });
  const { largest, smallest } = await lanczos(hessian, {
    ...random("eigenvalues"),
    largest: top,
    smallest: 1,
    tolerance,
  });
  const sharpOfH = largest.map(({ vector }) => vector);
  const apart = await frobeniusEstimate(residualPart, { ...random("distance"), queries });
  const whole = await frobeniusEstimate(hessian, { ...random("norm"), queries });
  const within = await shareWithin(residualPart, layerParts(graph), {
    probes: 2,
    stream: stream.split("layers"),
  });

  /** C/(2L): what noise is to be multiplied with to compare with curvature. */
  const perLoss = outputs / (2 * loss);
  const [withG, withH] = [await noise.traceWith(gaussNewton), await noise.traceWith(hessian)];
  const curvatureOfG = async (v: Float64Array) => dot(v, await gaussNewtonProduct(linearization, v));
  const shareIn = (basis: readonly Float64Array[]) =>
    basis.reduce((sum, v) => sum + noise.along(v), 0) / noise.trace;
  const alignmentG = (perLoss * withG) / gaussNewtonFrobenius ** 2;
  const alignmentH = (perLoss * withH) / whole.norm ** 2;
  const [{ value: least, vector: mostNegative }] = smallest;
  return {
    sharpness: eigenvalues[0],
    trace,
    rows: [
      {
        kind: "look",
        parameters,
        top,
        lossShare: loss / lossUnit,
        residual: Math.sqrt(2 * loss),
        distance: apart.norm / gaussNewtonFrobenius,
        distanceError: apart.standardError / gaussNewtonFrobenius,
        residualPart: apart.norm,
        gaussNewton: gaussNewtonFrobenius,
        sharpnessRatio: largest[0].value / eigenvalues[0],
        negative: -least / largest[0].value,
        alignmentG,
        alignmentH,
        alignmentRatio: alignmentH / alignmentG,
        lossRatio: withH / withG,
        alongH: mean(largest.map(({ value, vector }) => (perLoss * noise.along(vector)) / value)),
        alongG: mean(sharpOfG.map((v, k) => (perLoss * noise.along(v)) / eigenvalues[k])),
        overlapNoiseH: overlap(sharpOfNoise, sharpOfH),
        overlapNoiseG: overlap(sharpOfNoise, sharpOfG),
        overlapGH: overlap(sharpOfG, sharpOfH),
        overlapRandom: top / parameters,
        overlapOverRandom: (overlap(sharpOfNoise, sharpOfH) * parameters) / top,
        noiseInH: shareIn(sharpOfH),
        noiseInG: shareIn(sharpOfG),
        noiseGap: shareIn(sharpOfH) - shareIn(sharpOfG),
        noiseInOwn: shareIn(sharpOfNoise),
        within: within ?? null,
        // where H bends down: what noise and G have there, over |λ_min|
        noiseAtNegative: (perLoss * noise.along(mostNegative)) / Math.abs(least),
        gaussNewtonAtNegative: (await curvatureOfG(mostNegative)) / Math.abs(least),
      },
      ...(await Promise.all(
        largest.map(async ({ value, vector }, k) => ({
          kind: "direction",
          direction: k + 1,
          curvature: value,
          curvatureG: await curvatureOfG(vector),
          noise: perLoss * noise.along(vector),
        })),
      )),
    ],
  };
}

/** A − B. */
function differenceOf(a: SymmetricOperator, b: SymmetricOperator): SymmetricOperator {
  return {
    size: a.size,
    async apply(v) {
      const taken = await b.apply(v);
      return (await a.apply(v)).map((value, k) => value - taken[k]);
    },
  };
}
