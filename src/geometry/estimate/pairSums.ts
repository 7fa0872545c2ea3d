import type { Matrix } from "../../linalg/matrix.ts";

/** Unbiased estimates of the sums over K that need all of it, each from one block of samples. */
export interface PairSums {
  /** ‖G‖_F² = (1/n²) Σ_ij ‖K_ij‖_F² */
  readonly frobeniusSquared: number;
  /** Tr(ΣG) = (1/n²) Σ_ij ‖K_ji r_i − J_j∇L‖² */
  readonly alignedTrace: number;
  /** Tr G = (1/n) Σ_i Tr K_ii */
  readonly trace: number;
  /** Tr Σ = (1/n) Σ_i ‖g_i − ∇L‖² */
  readonly noiseTrace: number;
}

/** A block of m samples (which may repeat), its arrays m·C long or m·C × m·C. */
export interface SampleBlock {
  readonly samples: Int32Array;
  /** What each counts for (`WeightedDraws`). */
  readonly weights: Float64Array;
  /** K of the block, row-major without gaps. */
  readonly gram: Matrix<Float64Array>;
  /** r_i */
  readonly residuals: Float64Array;
  /** J_i∇L */
  readonly meanImages: Float64Array;
  /** ‖∇L‖² */
  readonly gradientNormSquared: number;
}

/**
 * The sums from one block of independent draws out of n samples. Pairs of different samples estimate the off-diagonal part
 * (a U-statistic: every pair of the block, i → j and j → i), each draw's own K_ii the diagonal: among n samples it is a
 * share 1/n of the pairs, yet all of the sum where gradients are orthogonal, and a draw of two would seldom hit it.
 */
export function pairSums(block: SampleBlock, population: number): PairSums {
  const { samples, weights } = block;
  const m = samples.length;
  const off = { frobenius: 0, aligned: 0 };
  const own = { frobenius: 0, aligned: 0, trace: 0, noise: 0 };
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < i; j++) {
      if (samples[i] === samples[j]) continue;
      const weight = weights[i] * weights[j];
      off.frobenius += 2 * weight * squaredBlock(block, i, j);
      off.aligned += weight * (squaredImage(block, i, j) + squaredImage(block, j, i));
    }
    const { trace, noise } = ownTraces(block, i);
    own.frobenius += weights[i] * squaredBlock(block, i, i);
    own.aligned += weights[i] * squaredImage(block, i, i);
    own.trace += weights[i] * trace;
    own.noise += weights[i] * noise;
  }
  const pairs = m * (m - 1);
  return {
    frobeniusSquared: off.frobenius / pairs + own.frobenius / (m * population),
    alignedTrace: off.aligned / pairs + own.aligned / (m * population),
    trace: own.trace / m,
    noiseTrace: own.noise / m,
  };
}

type Entries = Omit<SampleBlock, "weights">;

/** ‖K_ij‖_F² of the block's samples i and j. */
function squaredBlock({ samples, gram: { data, columns } }: Entries, i: number, j: number): number {
  const outputs = columns / samples.length;
  let sum = 0;
  for (let a = i * outputs; a < (i + 1) * outputs; a++) {
    for (let k = a * columns + j * outputs; k < a * columns + (j + 1) * outputs; k++)
      sum += data[k] * data[k];
  }
  return sum;
}

/** ‖K_ji r_i − J_j∇L‖²: how far the gradient of sample i moves sample j beyond what the mean gradient does. */
function squaredImage(
  { samples, gram: { data, columns }, residuals, meanImages }: Entries,
  i: number,
  j: number,
): number {
  const outputs = columns / samples.length;
  const first = i * outputs;
  let sum = 0;
  for (let b = j * outputs; b < (j + 1) * outputs; b++) {
    let image = -meanImages[b];
    for (let c = first; c < first + outputs; c++) image += data[b * columns + c] * residuals[c];
    sum += image * image;
  }
  return sum;
}

/** Tr K_ii and ‖g_i − ∇L‖². */
function ownTraces(
  { samples, gram: { data, columns }, residuals, meanImages, gradientNormSquared }: Entries,
  i: number,
): { readonly trace: number; readonly noise: number } {
  const outputs = columns / samples.length;
  let trace = 0;
  let noise = gradientNormSquared;
  for (let a = i * outputs; a < (i + 1) * outputs; a++) {
    trace += data[a * columns + a];
    let image = -2 * meanImages[a];
    for (let b = i * outputs; b < (i + 1) * outputs; b++) image += data[a * columns + b] * residuals[b];
    noise += residuals[a] * image;
  }
  return { trace, noise };
}
