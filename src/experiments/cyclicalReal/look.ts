import type { BatchDraw } from "../../dynamics/batchNoise.ts";
import { stabilityThreshold } from "../../dynamics/stability.ts";
import { lossAlignment } from "../../geometry/alignment.ts";
import { leadingSpectrum } from "../../geometry/leadingSpectrum.ts";
import { noiseSummary } from "../../geometry/noise.ts";
import { type GeometryPoint, pointOf } from "../../geometry/point.ts";
import { hessianOperator } from "../../geometry/products.ts";
import type { GaussNewtonSpectrum } from "../../geometry/spectrum.ts";
import { isDefined } from "../../geometry/undefined.ts";
import type { Kernels } from "../../linalg/kernels/kernels.ts";
import { lanczos } from "../../linalg/lanczos.ts";
import { entry, matrix } from "../../linalg/matrix.ts";
import type { RandomStream } from "../../random/stream.ts";
import type { Row } from "../experiment.ts";
import type { Untrained } from "./network.ts";
import { thresholdDirections } from "./setting.ts";

export interface LookOptions {
  readonly kernels: Kernels;
  readonly stream: RandomStream;
  /** Batches for which η* is computed; left out: it is not. */
  readonly draw?: BatchDraw | undefined;
  /** Also λ_max(H). */
  readonly hessian?: boolean | undefined;
}

/** What a θ on the way is like; the loss as a share of that of f = 0. */
export async function lookAt(
  { model, unit, accuracy }: Untrained,
  theta: Float64Array,
  { kernels, stream, draw, hessian = false }: LookOptions,
): Promise<Row> {
  const linearization = model.linearize(theta);
  const point = await pointOf(linearization);
  const summary = noiseSummary(point);
  const spectrum = await leadingSpectrum(point, draw ? thresholdDirections : 1, {
    kernels,
    stream: stream.split("spectrum"),
  });
  const alignment = lossAlignment(point);
  const operator = hessianOperator(linearization);
  return {
    loss: summary.loss / unit,
    lambdaMax: spectrum.eigenvalues[0],
    trace: summary.gaussNewtonTrace,
    frobenius: summary.gaussNewtonFrobenius,
    // C·μ is what compares with 1; under cross-entropy G already weighs the classes
    alignment: isDefined(alignment)
      ? (point.lossKind === "mse" ? model.outputs : 1) * alignment.covariance
      : null,
    testAccuracy: accuracy(theta),
    ...(hessian && {
      hessianMax: (
        await lanczos(operator, {
          kernels,
          random: stream.split("hessian"),
          largest: 1,
          smallest: 0,
          tolerance: hessianTolerance,
        })
      ).largest[0].value,
    }),
    ...(draw && {
      threshold: await confinedThreshold(point, spectrum, thresholdDirections, { draw, kernels }),
    }),
  };
}

/** Of ‖H‖: what products in float32 can settle. */
const hessianTolerance = 1e-4;
/** Of 1/η*. */
const thresholdTolerance = 1e-4;

/**
 * SGD's exact stability threshold η* where only the `count` sharpest directions of G are free to move. Its reciprocal is a
 * largest eigenvalue, and confining it to a subspace can only lower it: never below the η* of all directions, and nearer to it
 * the larger `count`.
 */
export async function confinedThreshold(
  { samples, outputs }: Pick<GeometryPoint, "samples" | "outputs">,
  { eigenvalues: all, vectors }: GaussNewtonSpectrum,
  count: number,
  { draw, kernels }: { readonly draw: BatchDraw; readonly kernels: Kernels },
): Promise<number | null> {
  const eigenvalues = all.slice(0, count);
  const rank = eigenvalues.length;
  const rows = matrix(vectors.rows, rank);
  for (let i = 0; i < rows.rows; i++) {
    for (let k = 0; k < rank; k++)
      rows.data[i * rank + k] = Math.sqrt(samples * eigenvalues[k]) * entry(vectors, i, k);
  }
  const problem = { samples, outputs, rank, eigenvalues, rows };
  const threshold = await stabilityThreshold(problem, draw, { kernels, tolerance: thresholdTolerance });
  return isDefined(threshold) ? threshold.value : null;
}
