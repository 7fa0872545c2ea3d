/**
 * The linearised problem at a minimum in the eigenbasis of G, which has at most n·C dimensions however many parameters
 * there are: SGD moves nothing outside the range of Jᵀ (docs/theory.md §5).
 */
import type { JacobianBlock } from "../geometry/moments.ts";
import { type GeometryPoint, geometryPoint, pointOf } from "../geometry/point.ts";
import { gaussNewtonSpectrum, numericalRank } from "../geometry/spectrum.ts";
import type { Kernels } from "../linalg/kernels/kernels.ts";
import { block, entry, type Matrix, matrix, mirrorLower, transpose } from "../linalg/matrix.ts";
import type { Linearization } from "../models/linearization.ts";

/** The linearised problem at one θ in the eigenbasis of G, all that second moments need. docs/theory.md §5, §10. */
export interface ReducedProblem {
  /** n */
  readonly samples: number;
  /** C */
  readonly outputs: number;
  /** r, of G; 0 where G = 0. */
  readonly rank: number;
  /** λ_k of G, descending, zeros to rounding left out: length r. */
  readonly eigenvalues: Float64Array;
  /** X, row-major n·C × r: row (i, c) is the gradient of output c of sample i in the eigenbasis, and XᵀX/n = diag(λ). */
  readonly rows: Matrix<Float64Array>;
}

/** From the Gram matrix K = n·UΛUᵀ of a point: X = √n·UΛ^½. Residuals play no part. docs/theory.md §5, §10. */
export async function reducedProblem(point: GeometryPoint, kernels: Kernels): Promise<ReducedProblem> {
  const { samples, outputs } = point;
  const { eigenvalues, vectors } = await gaussNewtonSpectrum(point, kernels);
  const rank = eigenvalues.length;
  const lengths = eigenvalues.map((value) => Math.sqrt(value) * Math.sqrt(samples));
  const rows = matrix(samples * outputs, rank);
  for (let i = 0; i < rows.rows; i++) {
    for (let k = 0; k < rank; k++) rows.data[i * rank + k] = lengths[k] * entry(vectors, i, k);
  }
  return { samples, outputs, rank, eigenvalues, rows };
}

/**
 * From a linearization, whatever its loss: from its Gram matrix, or where it can be swept in blocks and p < n·C from the p×p
 * matrix G, in two sweeps (docs/theory.md §5). Throws a RangeError on numbers that are not finite, and from the Gram matrix as
 * `pointOf` does.
 */
export async function reducedLinearization(
  linearization: Linearization & { blocks?(): AsyncIterable<JacobianBlock> },
  kernels: Kernels,
): Promise<ReducedProblem> {
  const { samples, outputs, parameters } = linearization;
  return linearization.blocks && parameters < samples * outputs
    ? reducedSweep(() => linearization.blocks?.() ?? [], { samples, outputs, parameters }, kernels)
    : reducedProblem(await pointOf(linearization), kernels);
}

/**
 * From a Jacobian in memory, n·C × p, rows sample-major (docs/theory.md §5). Throws a RangeError where its rows are not samples ×
 * outputs, outputs not a whole number of at least 1, or its squares not finite.
 */
export async function reducedJacobian(
  jacobian: Matrix<Float64Array>,
  outputs: number,
  kernels: Kernels,
): Promise<ReducedProblem> {
  const { rows: size, columns: parameters } = jacobian;
  if (!(Number.isSafeInteger(outputs) && outputs >= 1)) {
    throw new RangeError(`outputs: expected a whole number of at least 1, got ${outputs}`);
  }
  if (parameters < size && size % outputs === 0) {
    return reducedSweep(() => [{ jacobian }], { samples: size / outputs, outputs, parameters }, kernels);
  }
  const gram = matrix(size, size);
  await kernels.background.syrk(1, jacobian, 0, gram);
  mirrorLower(gram);
  return reducedProblem(geometryPoint(gram, new Float64Array(size), outputs), kernels);
}

/** From the eigenvectors of G = VΛVᵀ itself: X = JV. */
async function reducedSweep(
  sweep: () => AsyncIterable<Pick<JacobianBlock, "jacobian">> | Iterable<Pick<JacobianBlock, "jacobian">>,
  { samples, outputs, parameters }: Pick<Linearization, "samples" | "outputs" | "parameters">,
  kernels: Kernels,
): Promise<ReducedProblem> {
  const products = matrix(parameters, parameters);
  for await (const { jacobian } of sweep()) {
    await kernels.background.syrk(1, transpose(jacobian), 1, products);
  }
  const { values, vectors } = await kernels.background.symmetricEigen(products);
  const rank = numericalRank(values);
  const leading = matrix(parameters, rank);
  for (let i = 0; i < parameters; i++) {
    for (let k = 0; k < rank; k++) leading.data[i * rank + k] = entry(vectors, i, parameters - 1 - k);
  }
  const rows = matrix(samples * outputs, rank);
  let first = 0;
  for await (const { jacobian } of sweep()) {
    const images = block(rows, first, 0, jacobian.rows, rank);
    await kernels.background.gemm(1, jacobian, leading, 0, images);
    first += jacobian.rows;
  }
  const eigenvalues = Float64Array.from({ length: rank }, (_, k) => values[parameters - 1 - k] / samples);
  return { samples, outputs, rank, eigenvalues, rows };
}
