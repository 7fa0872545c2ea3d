import { leadingSpectrum } from "../geometry/leadingSpectrum.ts";
import { type GeometryPoint, geometryPoint } from "../geometry/point.ts";
import type { GaussNewtonSpectrum } from "../geometry/spectrum.ts";
import { isDefined, type Undefined } from "../geometry/undefined.ts";
import { InputError } from "../inputError.ts";
import type { Kernels } from "../linalg/kernels/kernels.ts";
import type { HessianLinearization } from "../models/linearization.ts";
import type { NetworkModel } from "../models/network/network.ts";
import type { RandomStream } from "../random/stream.ts";
import { type Fit, fitOf, notFinite } from "./fit.ts";
import type { SgdStep } from "./secondMoment.ts";

/** A network with samples to look at it on. */
export interface Watched {
  readonly model: NetworkModel;
  /** Class of each sample, where there are classes. */
  readonly labels?: Int32Array | undefined;
}

export interface PointOptions {
  readonly kernels: Kernels;
  /** Of starting vectors; only split, so that equal streams give equal numbers at every point. */
  readonly stream: RandomStream;
  /** Waited for now and then; what it throws ends the work. */
  readonly pause?: (() => Promise<void>) | undefined;
  /** The step of SGD that is taken from here, with batches of the samples looked at; or why there is none. */
  readonly step: SgdStep | Undefined;
  /** Eigen-directions of G that are wanted. */
  readonly directions: number;
}

/** A network at some θ. What several quantities need is computed once, and only when one asks for it. */
export interface NetworkPoint extends PointOptions {
  readonly model: NetworkModel;
  /** Length p. */
  readonly theta: Float64Array;
  fit(): Fit;
  linearization(): HessianLinearization | Undefined;
  /** K and r. */
  geometry(): Promise<GeometryPoint | Undefined>;
  /** The sharpest directions of G. */
  spectrum(): Promise<GaussNewtonSpectrum | Undefined>;
}

export function networkPoint(
  { model, labels }: Watched,
  theta: Float64Array,
  options: PointOptions,
): NetworkPoint {
  const { kernels, stream, directions } = options;
  const linearization = once(() => linearized(model, theta));
  const geometry = once(async () => {
    const at = linearization();
    if (!isDefined(at)) return at;
    const gram = await at.gram();
    if (!allFinite(gram.data))
      return { undefined: "the Jacobian's products are too large for the precision" };
    return geometryPoint(gram, at.residuals, at.outputs, at.loss);
  });
  return {
    ...options,
    model,
    theta,
    fit: once(() => fitOf(model, labels, theta)),
    linearization,
    geometry,
    spectrum: once(async () => {
      const point = await geometry();
      return isDefined(point)
        ? leadingSpectrum(point, directions, { kernels, stream: stream.split("directions") })
        : point;
    }),
  };
}

/** A point where the loss has no geometry is no reason to end a run. */
function linearized(model: NetworkModel, theta: Float64Array): HessianLinearization | Undefined {
  try {
    const linearization = model.linearize(theta);
    return allFinite(linearization.residuals) ? linearization : notFinite;
  } catch (error) {
    if (error instanceof InputError) return { undefined: error.message };
    throw error;
  }
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

function allFinite(values: Float64Array): boolean {
  for (let i = 0; i < values.length; i++) if (!Number.isFinite(values[i])) return false;
  return true;
}
