import { isotropic } from "../../data/designs.ts";
import { constant } from "../../dynamics/schedules.ts";
import type { Kernels } from "../../linalg/kernels/kernels.ts";
import { entry, type Matrix, matrix } from "../../linalg/matrix.ts";
import { diagonalNetwork } from "../../models/olm/diagonal.ts";
import { olmModel } from "../../models/olm/olmModel.ts";
import type { RandomStream } from "../../random/stream.ts";
import { meanLoss } from "../training.ts";
import { allSamples, descent } from "./descent.ts";
import type { Landscape } from "./landscape.ts";
import type { DiagonalSizes } from "./setting.ts";

/** Entries of the target that are not 0. */
export const sparsity = 3;
/** Weights at the initialisation, where both halves cancel: f is near 0 and G large. */
export const weight = { mean: 0.75, deviation: 0.07 };
/** GD to the start stops at this part of the loss of f = 0. */
export const startLoss = 1e-8;
const maxSteps = 20_000;

/**
 * The diagonal network f = Σ (u_k² − v_k²) x_k on samples x ~ N(0, I) of a sparse linear target, d > n, trained by GD from
 * large weights of both signs. Its global minima are all u² − v² = w of the d − n dimensional family Xw = y; at each G =
 * (4/n) X diag(u² + v²) Xᵀ in the basis of the samples, and u² + v² is free above |w|: that is how sharp they differ.
 */
export function diagonalLandscape(
  { dimension, samples }: Pick<DiagonalSizes, "dimension" | "samples">,
  { kernels, stream }: { readonly kernels: Kernels; readonly stream: RandomStream },
): Landscape {
  const family = diagonalNetwork({ dimension, depth: 2 });
  const inputs = isotropic(dimension).sample(samples, stream.split("inputs"));
  const signs = stream.split("target");
  const target = new Float64Array(dimension).map((_, k) => (k < sparsity ? 2 * signs.integer(2) - 1 : 0));
  const outputs = new Float64Array(samples);
  kernels.gemv(1, inputs, target, 0, outputs);
  const model = olmModel({ family, inputs, targets: matrix(samples, 1, outputs), kernels });
  const unit = outputs.reduce((sum, y) => sum + y * y, 0) / (2 * samples);

  const initial = stream.split("initial").gaussians(new Float64Array(model.parameters), weight.deviation);
  for (let k = 0; k < initial.length; k++) initial[k] += weight.mean;
  // half of what would be stable at Tr G, which is above λ₁
  const learningRate = samples / traceOf(model.linearize(initial).gram() as Matrix);
  let start: Float64Array = initial;
  let step = 0;
  const gradient = allSamples(model, samples, stream);
  for (start of descent({
    start: initial,
    gradient,
    schedule: constant({ learningRate }),
    limit: Infinity,
  })) {
    if (meanLoss(model, start) <= startLoss * unit) break;
    if (step++ === maxSteps) throw new Error(`diagonal network: no minimum after ${maxSteps} steps of GD`);
  }
  return {
    model,
    start,
    unit,
    known: { flattestTrace: flattestTrace(inputs, target) },
    test: (theta) => ({ testLoss: populationLoss(family.effective(theta), target) / populationLoss(target) }),
    release() {},
  };
}

/**
 * The least Tr G = (4/n) Σ_k (u_k² + v_k²) Σ_i x_ik² of the minima with u² − v² = w: u_k² + v_k² = |w_k|, with one of u_k and
 * v_k zero.
 */
export function flattestTrace(inputs: Matrix, effective: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < inputs.rows; i++) {
    for (let k = 0; k < inputs.columns; k++) sum += Math.abs(effective[k]) * entry(inputs, i, k) ** 2;
  }
  return (4 * sum) / inputs.rows;
}

/** E ½((w − w*)ᵀx)² over x ~ N(0, I). */
function populationLoss(effective: Float64Array, target?: Float64Array): number {
  return effective.reduce((sum, w, k) => sum + (w - (target?.[k] ?? 0)) ** 2, 0) / 2;
}

function traceOf(a: Matrix): number {
  let sum = 0;
  for (let k = 0; k < a.rows; k++) sum += entry(a, k, k);
  return sum;
}
