import type { Kernels } from "../../linalg/kernels/kernels.ts";
import { type Matrix, matrix, mirrorLower, transpose } from "../../linalg/matrix.ts";
import { squaredNorm } from "../perSample.ts";
import type { PairSums } from "./pairSums.ts";
import type { ExactPart } from "./sweeps.ts";

/**
 * The part of K that some directions carry: K̂_ij = Z_iZ_jᵀ with Z = JV (n·C × k, over √gramScale). Its sums over all pairs
 * take k² numbers a sample, so only what the directions leave of K needs to be sampled (control variates: whatever V is,
 * sampled sums of K less those of K̂ plus the exact ones of K̂ are unbiased).
 */
export interface KnownPart {
  readonly sums: PairSums;
  /** K̂ of these samples. */
  gramOf(samples: Int32Array): Matrix<Float64Array>;
}

export function knownPart(
  images: Matrix<Float64Array>,
  { point, meanImages, gradientNormSquared }: ExactPart,
  gramScale: number,
  kernels: Kernels,
): KnownPart {
  const { samples: n, outputs, residuals } = point;
  const directions = images.columns;
  const z = matrix(
    images.rows,
    directions,
    images.data.map((value) => value / Math.sqrt(gramScale)),
  );
  const q = meanImages.map((value) => value / gramScale);
  const inner = matrix(directions, directions);
  kernels.gemm(1, transpose(z), z, 0, inner);
  const towardsMean = new Float64Array(directions);
  kernels.gemv(1, transpose(z), q, 0, towardsMean);

  let aligned = n * squaredNorm(q);
  let noise = 0;
  const slopes = new Float64Array(directions);
  for (let i = 0; i < n; i++) {
    slopes.fill(0);
    for (let a = i * outputs; a < (i + 1) * outputs; a++) {
      noise -= 2 * residuals[a] * q[a];
      for (let k = 0; k < directions; k++) slopes[k] += residuals[a] * z.data[a * directions + k];
    }
    for (let k = 0; k < directions; k++) {
      noise += slopes[k] ** 2;
      aligned -= 2 * slopes[k] * towardsMean[k];
      for (let l = 0; l < directions; l++) aligned += slopes[k] * inner.data[k * directions + l] * slopes[l];
    }
  }
  return {
    sums: {
      frobeniusSquared: squaredNorm(inner.data) / n / n,
      alignedTrace: aligned / n / n,
      trace: squaredNorm(z.data) / n,
      noiseTrace: noise / n + gradientNormSquared / gramScale,
    },
    gramOf(samples) {
      const rows = matrix(samples.length * outputs, directions);
      const width = outputs * directions;
      for (let k = 0; k < samples.length; k++) {
        rows.data.set(z.data.subarray(samples[k] * width, (samples[k] + 1) * width), k * width);
      }
      const gram = matrix(rows.rows, rows.rows);
      kernels.syrk(1, rows, 0, gram);
      mirrorLower(gram);
      return gram;
    },
  };
}
