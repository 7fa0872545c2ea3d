import { lossAlignment } from "../../geometry/alignment.ts";
import { directionalAlignments } from "../../geometry/directional.ts";
import type { NoiseSummary } from "../../geometry/noise.ts";
import type { GeometryPoint } from "../../geometry/point.ts";
import type { GaussNewtonSpectrum } from "../../geometry/spectrum.ts";
import { defined } from "../../geometry/undefined.ts";
import type { Matrix } from "../../linalg/matrix.ts";

/** The geometry at one θ. */
interface Place {
  readonly point: GeometryPoint;
  readonly summary: NoiseSummary;
  /** Of G. */
  readonly spectrum: GaussNewtonSpectrum;
  /** p */
  readonly parameters: number;
  /** Images Jv of random directions v ~ N(0, I), over √(nλ₁), as columns. */
  readonly random: Matrix<Float64Array>;
}

/** What a noise covariance does at a place. */
interface Alignments {
  /** μ */
  readonly loss: number;
  /** g along each eigenvector of G, sharpest first. */
  readonly eigen: readonly number[];
  /** g along each of the random directions. */
  readonly random: readonly number[];
}

/** A noise covariance, by its alignments. Throws an Error with the reason where they are not defined. */
export type Noise = (place: Place) => Alignments;

/** Σ, that of SGD. */
export const gradientNoise: Noise = ({ point, spectrum, random }) => {
  const along = (images: Matrix<Float64Array>) =>
    directionalAlignments(point, images).map((alignment) => defined(alignment).covariance);
  return {
    loss: defined(lossAlignment(point)).covariance,
    eigen: along(spectrum.vectors),
    random: along(random),
  };
};

/** (Tr Σ/p)·I: as much noise, but in all directions alike. */
export const isotropicNoise: Noise = ({ summary, spectrum, parameters, random }) => {
  const { loss, noiseTrace, gaussNewtonTrace, gaussNewtonFrobenius } = summary;
  const unit = noiseTrace / parameters / (2 * loss);
  const { eigenvalues } = spectrum;
  return {
    loss: (unit * gaussNewtonTrace) / gaussNewtonFrobenius ** 2,
    eigen: Array.from(eigenvalues, (value) => unit / value),
    random: Array.from({ length: random.columns }, (_, j) => {
      let square = 0;
      for (let i = 0; i < random.rows; i++) square += random.data[i * random.columns + j] ** 2;
      // ‖v‖² is p but for a part of order p^(−1/2)
      return (unit * parameters) / (eigenvalues[0] * square);
    }),
  };
};
