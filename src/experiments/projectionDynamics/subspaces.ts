import { eigenImages, randomImages } from "../../dynamics/subspaces.ts";
import type { Kernels } from "../../linalg/kernels/kernels.ts";
import type { Matrix } from "../../linalg/matrix.ts";
import type { RandomStream } from "../../random/stream.ts";
import type { OneStepProblem } from "../oneStepProblems.ts";
import { directions } from "./setting.ts";

export interface Subspace {
  /** "top", "bottom", "random", or "direction" for a single eigenvector of G. */
  readonly subspace: string;
  /** J v_j of an orthonormal basis, as columns. */
  readonly images: Matrix;
  /** Of a single eigenvector: its place in the spectrum, 0 the sharpest, and λ/λ₁. */
  readonly position: number | null;
  readonly sharpness: number | null;
}

/** The k sharpest and the k flattest directions of G beyond rounding, k random ones, and single ones over the spectrum. */
export async function subspacesAt(
  { spectrum, linearization }: OneStepProblem,
  k: number,
  stream: RandomStream,
  kernels: Kernels,
): Promise<readonly Subspace[]> {
  const { eigenvalues } = spectrum;
  const { samples } = linearization;
  const rank = eigenvalues.length;
  const several = (subspace: string, images: Matrix): Subspace => ({
    subspace,
    images,
    position: null,
    sharpness: null,
  });
  const single = (_: unknown, place: number): Subspace => {
    const position = place / (directions - 1);
    const index = Math.round(position * (rank - 1));
    return {
      subspace: "direction",
      images: eigenImages(spectrum, samples, index, 1),
      position,
      sharpness: eigenvalues[index] / eigenvalues[0],
    };
  };
  return [
    several("top", eigenImages(spectrum, samples, 0, k)),
    several("bottom", eigenImages(spectrum, samples, rank - k, k)),
    several("random", await randomImages(linearization, k, stream, kernels)),
    ...Array.from({ length: directions }, single),
  ];
}
