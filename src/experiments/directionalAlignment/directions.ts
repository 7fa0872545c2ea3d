import { directionalAlignments } from "../../geometry/directional.ts";
import { momentDirectionalAlignment } from "../../geometry/momentGeometry.ts";
import { momentAccumulator } from "../../geometry/moments.ts";
import { pointOf } from "../../geometry/point.ts";
import { gaussNewtonSpectrum, numericalRank, randomDirectionImages } from "../../geometry/spectrum.ts";
import { defined } from "../../geometry/undefined.ts";
import type { Kernels } from "../../linalg/kernels/kernels.ts";
import { column, type Matrix, transpose } from "../../linalg/matrix.ts";
import type { RandomStream } from "../../random/stream.ts";
import type { Instance } from "./modelClasses.ts";
import { randomDirections } from "./setting.ts";

export interface Direction {
  /** g(v) */
  readonly covariance: number;
  /** g₁(v) */
  readonly secondMoment: number;
  /** The closed form of g(v) as n → ∞, where there is one. */
  readonly closedForm: number | null;
}

export interface Directions {
  /** Along the eigenvectors of G, sharpest first; as many as G has nonzero eigenvalues. */
  readonly eigen: readonly Direction[];
  /** Along directions drawn uniformly from the sphere. */
  readonly random: readonly Direction[];
}

/** g and g₁ along directions, from K where samples are few and from q×q moments where they are many. */
export function directionsAt(
  instance: Instance,
  theta: Float64Array,
  closedForm: (direction: Float64Array) => number | null,
  stream: RandomStream,
  kernels: Kernels,
): Promise<Directions> {
  return instance.model.samples <= instance.directions
    ? fromGram(instance, theta, stream, kernels)
    : fromMoments(instance, theta, closedForm, stream, kernels);
}

async function fromGram(
  { model }: Instance,
  theta: Float64Array,
  stream: RandomStream,
  kernels: Kernels,
): Promise<Directions> {
  const point = await pointOf(model.linearize(theta));
  const spectrum = await gaussNewtonSpectrum(point, kernels);
  const along = (images: Matrix) =>
    directionalAlignments(point, images).map((alignment) => ({ ...defined(alignment), closedForm: null }));
  return {
    eigen: along(spectrum.vectors),
    random: along(randomDirectionImages(spectrum, randomDirections, stream, kernels)),
  };
}

async function fromMoments(
  { model, directions, jacobian }: Instance,
  theta: Float64Array,
  closedForm: (direction: Float64Array) => number | null,
  stream: RandomStream,
  kernels: Kernels,
): Promise<Directions> {
  const accumulator = momentAccumulator(directions, 1, kernels);
  accumulator.add({ jacobian: await jacobian(theta), residuals: model.linearize(theta).residuals });
  const moments = accumulator.finish();
  const { values, vectors } = await kernels.background.symmetricEigen(moments.gaussNewton);
  const rank = numericalRank(values);
  const along = (direction: Float64Array): Direction => ({
    ...defined(momentDirectionalAlignment(moments, direction, kernels)),
    closedForm: closedForm(direction),
  });
  return {
    eigen: Array.from({ length: rank }, (_, k) => along(column(vectors, values.length - 1 - k))),
    random: Array.from({ length: randomDirections }, () =>
      along(stream.gaussians(new Float64Array(directions))),
    ),
  };
}

/**
 * g(v) of a linear or over-parameterised linear model on x ~ N(0,S) as n → ∞: 1 + (aᵀSδ)²/(2L·aᵀSa) with a = Rv the
 * change of F along v, δ = F(θ) − θ* and 2L = δᵀSδ + noise² (docs/theory.md §3); it lies in [1, 2].
 *
 * @param root R, d×q
 * @param spectrum eigenvalues of the diagonal S, length d
 */
export function populationAlignment(
  root: Matrix,
  spectrum: Float64Array,
  delta: Float64Array,
  noise: number,
  kernels: Kernels,
): (direction: Float64Array) => number {
  const gradient = delta.map((value, k) => spectrum[k] * value);
  const squaredResidual = gradient.reduce((sum, value, k) => sum + value * delta[k], noise ** 2);
  const pulled = new Float64Array(root.columns);
  kernels.gemv(1, transpose(root), gradient, 0, pulled);
  return (direction) => {
    const change = new Float64Array(root.rows);
    kernels.gemv(1, root, direction, 0, change);
    const slope = pulled.reduce((sum, value, k) => sum + value * direction[k], 0);
    const curvature = change.reduce((sum, value, k) => sum + spectrum[k] * value * value, 0);
    return 1 + slope ** 2 / (squaredResidual * curvature);
  };
}
