import { populationAlignment } from "../../../../src/experiments/directionalAlignment/directions.ts";
import { population } from "../../../../src/experiments/olmAlignment/population.ts";
import { type Alignment, lossAlignment } from "../../../../src/geometry/alignment.ts";
import { alignmentMatrix } from "../../../../src/geometry/alignmentMatrix.ts";
import {
  directionalExtremes,
  type Extremes,
  lossAlignmentExtremes,
} from "../../../../src/geometry/certificate.ts";
import { decouplingDistance } from "../../../../src/geometry/decoupling.ts";
import { directionalAlignments } from "../../../../src/geometry/directional.ts";
import { type AlignmentIntervals, lossAlignmentIntervals } from "../../../../src/geometry/jackknife.ts";
import { type NoiseSummary, noiseSummary } from "../../../../src/geometry/noise.ts";
import { type GeometryPoint, pointOf } from "../../../../src/geometry/point.ts";
import { type GaussNewtonSpectrum, gaussNewtonSpectrum } from "../../../../src/geometry/spectrum.ts";
import { isDefined, type Undefined } from "../../../../src/geometry/undefined.ts";
import { column, type Matrix, transpose } from "../../../../src/linalg/matrix.ts";
import type { Problem } from "./problem.ts";

/** What is seen at one θ. */
export interface Look {
  /** Of SGD, since the start. */
  readonly steps: number;
  readonly parameters: number;
  /** C */
  readonly outputs: number;
  readonly summary: NoiseSummary;
  readonly lossAlignment: Alignment | Undefined;
  readonly intervals: AlignmentIntervals | Undefined;
  /** ‖Σ − (2L/C)·G‖_F over ‖(2L/C)·G‖_F. */
  readonly decoupling: number | Undefined;
  /** Nonzero ones of G, descending. */
  readonly eigenvalues: Float64Array;
  /** g, g₁ along each eigenvector of G. */
  readonly alignments: readonly (Alignment | Undefined)[];
  /** Σ along the first directions relative to 2L·G (`alignmentMatrix`), row-major, and how many they are. */
  readonly matrix: Float64Array | Undefined;
  readonly directions: number;
  /** As n → ∞ at this θ, where there is a closed form: μ, and g along the same directions. */
  readonly population?: { readonly lossAlignment: number; readonly alignments: Float64Array };
}

/** Exact extremes over residuals, at the same θ. */
export interface Certificate {
  readonly steps: number;
  /** Over residuals that the model can have to first order (the range of J), else over all. */
  readonly isRealisable: boolean;
  /** J is the same at every θ, and so are the extremes. */
  readonly isEverywhere: boolean;
  readonly lossAlignment: Extremes | Undefined;
  /** Of g along the first directions, as many as are known by now. */
  readonly directional: readonly (Extremes | Undefined)[];
}

/** θ after so many steps, with what all numbers there come from. */
export interface Sight {
  readonly steps: number;
  readonly theta: Float64Array;
  readonly point: GeometryPoint;
  readonly spectrum: GaussNewtonSpectrum;
}

export async function sightOf(
  { model, kernels }: Problem,
  theta: Float64Array,
  steps: number,
): Promise<Sight> {
  const point = await pointOf(model.linearize(theta));
  return { steps, theta, point, spectrum: await gaussNewtonSpectrum(point, kernels) };
}

/** All numbers at a point but the certificates; `directions` is the most that the matrix has. */
export function lookFrom(
  problem: Problem,
  { steps, theta, point, spectrum }: Sight,
  directions: number,
): Look {
  const { model, kernels } = problem;
  const { eigenvalues, vectors } = spectrum;
  const first = { ...vectors, columns: Math.min(directions, eigenvalues.length) };
  const alignment = lossAlignment(point);
  const form = populationAt(problem, theta, vectors);
  return {
    steps,
    parameters: model.parameters,
    outputs: model.outputs,
    summary: noiseSummary(point),
    lossAlignment: alignment,
    intervals: isDefined(alignment) ? lossAlignmentIntervals(point, alignment) : alignment,
    decoupling: decouplingDistance(point, model.outputs > 1),
    eigenvalues,
    alignments: directionalAlignments(point, vectors),
    matrix: dataOf(alignmentMatrix(point, first, kernels)),
    directions: first.columns,
    ...(form && { population: form }),
  };
}

function dataOf(matrix: Matrix | Undefined): Float64Array | Undefined {
  return isDefined(matrix) ? matrix.data : matrix;
}

/**
 * The closed forms of docs/theory.md §3 for models linear in Gaussian inputs. Along v_k ∝ DFᵀ Xᵀu_k the model changes by
 * DF v_k ∝ M Xᵀu_k with M = DF DFᵀ, which is all that they need to know of v_k.
 */
function populationAt(
  { family, data, kernels }: Problem,
  theta: Float64Array,
  vectors: Matrix,
): Look["population"] {
  if (!family || !data.population) return undefined;
  const { design, teacher, noise } = data.population;
  const metric = family.metric(theta);
  const delta = family.effective(theta).map((weight, k) => weight - teacher[k]);
  const along = populationAlignment(metric, design.eigenvalues, delta, noise, kernels);
  const pulled = new Float64Array(data.inputs.columns);
  return {
    lossAlignment: population(design.eigenvalues, metric, delta, noise).alignment,
    alignments: Float64Array.from({ length: vectors.columns }, (_, k) => {
      kernels.gemv(1, transpose(data.inputs), column(vectors, k), 0, pulled);
      return along(pulled);
    }),
  };
}

/** The certificates at a point, reported as they come. */
export async function certify(
  problem: Problem,
  { steps, point, spectrum }: Sight,
  directions: number,
  progress: (certificate: Certificate) => Promise<void>,
): Promise<void> {
  const { kernels, settings, data } = problem;
  const isRealisable =
    problem.family !== undefined && data.population?.noise === 0 && settings.targets === "learnable";
  const subspace = isRealisable ? spectrum.vectors : undefined;
  const certificate = {
    steps,
    isRealisable,
    isEverywhere: settings.model === "linear" || settings.model === "reparameterised",
    lossAlignment: await lossAlignmentExtremes(point, kernels, subspace),
  };
  const directional: (Extremes | Undefined)[] = [];
  await progress({ ...certificate, directional });
  const count = Math.min(directions, spectrum.eigenvalues.length);
  for (let k = 0; k < count; k++) {
    directional.push(await directionalExtremes(point, column(spectrum.vectors, k), kernels, subspace));
    await progress({ ...certificate, directional });
  }
}
