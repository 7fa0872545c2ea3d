import { dot } from "../linalg/dot.ts";
import type { Kernels } from "../linalg/kernels/kernels.ts";
import { type Matrix, matrix, row as rowOf } from "../linalg/matrix.ts";
import type { Alignment } from "./alignment.ts";
import { studentInterval } from "./interval.ts";
import type { AlignmentIntervals } from "./jackknife.ts";
import { cachedParts, type JacobianBlock, type Moments } from "./moments.ts";
import { squaredNorm } from "./perSample.ts";
import type { Undefined } from "./undefined.ts";

/**
 * 95 % intervals of μ and μ₁ over the samples by the infinitesimal jackknife (the empirical influence of each sample;
 * Efron 1982, ch. 6; docs/theory.md §8): the first-order form of the delete-one jackknife that K allows, in a second sweep
 * over the data. `blocks` gives the samples that `moments` was made of, `alignment` is its `momentLossAlignment`. Undefined for
 * fewer than 3 samples. Throws a RangeError on Jacobians without p columns.
 */
export async function momentIntervals(
  moments: Moments,
  alignment: Alignment,
  blocks: AsyncIterable<JacobianBlock>,
  kernels: Kernels,
): Promise<AlignmentIntervals | Undefined> {
  const { samples: n, outputs, gradient, gaussNewton, squaredResiduals } = moments;
  if (n < 3) return { undefined: `an interval over samples needs at least 3 of them, got ${n}` };
  const twiceLoss = squaredResiduals / n;
  const geometry = squaredNorm(gaussNewton.data);
  const ofMean = dot(gradient, times(gaussNewton, gradient, kernels));
  const squares = { covariance: 0, secondMoment: 0 };

  const sharesOf = shareReader(moments, kernels);
  for await (const block of blocks) {
    for (const part of cachedParts(block, outputs)) addPart(part);
  }
  function addPart({ jacobian, residuals }: JacobianBlock): void {
    const shares = sharesOf(jacobian, residuals);
    for (let i = 0; i < residuals.length / outputs; i++) {
      const loss = squaredNorm(residuals.subarray(i * outputs, (i + 1) * outputs)) / twiceLoss - 1;
      const metric = 2 * (shares.geometry[i] / geometry - 1);
      const influence = (image: number, noise: number, value: number): number =>
        (image + noise) / (twiceLoss * geometry) - 2 * value - value * (loss + metric);
      const deviation = shares.gradient[i] - 2 * shares.towardsMean[i] + ofMean;
      const second = shares.noise[i] + shares.mean[i];
      squares.covariance += influence(deviation, shares.noise[i], alignment.covariance) ** 2;
      squares.secondMoment += influence(shares.gradient[i], second, alignment.secondMoment) ** 2;
    }
  }
  const interval = (estimate: number, sum: number) =>
    studentInterval(estimate, Math.sqrt(sum / n / (n - 1)), n - 1);
  return {
    covariance: interval(alignment.covariance, squares.covariance),
    secondMoment: interval(alignment.secondMoment, squares.secondMoment),
  };
}

/** What each sample of a block adds to the sums that μ is made of. */
interface SampleShares {
  /** Tr(J_i G J_iᵀ) */
  readonly geometry: Float64Array;
  /** Tr(J_i Σ J_iᵀ) */
  readonly noise: Float64Array;
  /** ‖J_i ∇L‖² */
  readonly mean: Float64Array;
  /** g_iᵀ G g_i */
  readonly gradient: Float64Array;
  /** g_iᵀ G ∇L */
  readonly towardsMean: Float64Array;
}

/** Shares of the samples of one part of a block after another, whose images take the memory of those before. */
function shareReader(
  { outputs, gradient, gaussNewton, covariance }: Moments,
  kernels: Kernels,
): (jacobian: Matrix<Float64Array>, residuals: Float64Array) => SampleShares {
  const columns = gradient.length;
  const image = new Float64Array(columns);
  const own = new Float64Array(columns);
  let geometryImages = matrix(0, columns);
  let noiseImages = matrix(0, columns);

  return (jacobian, residuals) => {
    const { rows } = jacobian;
    if (geometryImages.rows !== rows) {
      geometryImages = matrix(rows, columns);
      noiseImages = matrix(rows, columns);
    }
    kernels.gemm(1, jacobian, gaussNewton, 0, geometryImages);
    kernels.gemm(1, jacobian, covariance, 0, noiseImages);
    const zeros = () => new Float64Array(rows / outputs);
    const shares = {
      geometry: zeros(),
      noise: zeros(),
      mean: zeros(),
      gradient: zeros(),
      towardsMean: zeros(),
    };
    for (let i = 0; i < rows / outputs; i++) {
      image.fill(0);
      own.fill(0);
      for (let row = i * outputs; row < (i + 1) * outputs; row++) {
        const entries = rowOf(jacobian, row);
        const images = rowOf(geometryImages, row);
        const noises = rowOf(noiseImages, row);
        const residual = residuals[row];
        let [geometry, noise, slope] = [0, 0, 0];
        for (let k = 0; k < columns; k++) {
          geometry += entries[k] * images[k];
          noise += entries[k] * noises[k];
          slope += entries[k] * gradient[k];
          image[k] += residual * images[k];
          own[k] += residual * entries[k];
        }
        shares.geometry[i] += geometry;
        shares.noise[i] += noise;
        shares.mean[i] += slope ** 2;
      }
      shares.gradient[i] = dot(own, image);
      shares.towardsMean[i] = dot(gradient, image);
    }
    return shares;
  };
}

function times(a: Matrix, v: Float64Array, kernels: Kernels): Float64Array {
  const image = new Float64Array(a.rows);
  kernels.gemv(1, a, v, 0, image);
  return image;
}
