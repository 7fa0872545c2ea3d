/**
 * Escape under decoupled noise, Σ = 2L·G (docs/theory.md §5): the second moments along the eigenvectors of G then move by
 * themselves, m_i ← (1−ηλ_i)² m_i + η²c·λ_i·Σ_j λ_j m_j. Directions with λ_i = 0 carry no loss and are left out.
 */
import { type Undefined, zeroGaussNewton } from "../geometry/undefined.ts";
import { type ExpectedLoss, expectedLossOf, flatOverSharp, sum } from "./lossShares.ts";
import { stepSizes } from "./secondMoment.ts";
import { secularRoot } from "./secularRoot.ts";

/** A step of SGD whose noise is c·2L·G. docs/theory.md §5. */
export interface DecoupledStep {
  /** η */
  readonly learningRate: number;
  /** c of `batchNoise`, in [0, 1]. */
  readonly noise: number;
}

/** How the expected loss grows under noise Σ = 2L·G. docs/theory.md §5. */
export interface DecoupledGrowth {
  /** ρ: the expected loss is multiplied by it a step, in the long run. */
  readonly value: number;
  /** λ_i m_i over their sum in the long run, from where no direction is preferred; length and order of the eigenvalues. */
  readonly shares: Float64Array | Undefined;
}

/** Eigenvalues below this part of the largest count as 0: their squares would not be numbers. */
const negligible = 1e-140;

/**
 * ρ as the largest root of Σ_i η²cλ_i²/(ρ − (1−ηλ_i)²) = 1, where s_i = λ_i²/(ρ − (1−ηλ_i)²) are the shares; without noise
 * max (1−ηλ_i)² (docs/theory.md §5, §10). `eigenvalues` are those of G, descending, of any length. Undefined where all are 0.
 * Throws a RangeError on eigenvalues that are not numbers from 0 to 1e300, descending, and on a step that makes no sense.
 */
export function decoupledGrowth(eigenvalues: Float64Array, step: DecoupledStep): DecoupledGrowth | Undefined {
  const sizes = decoupledSizes(eigenvalues, step);
  const rank = sizes.length;
  if (rank === 0) return zeroGaussNewton;
  if (sizes[0] === 0) return { value: 1, shares: { undefined: "a learning rate of 0 moves nothing" } };
  // in units of ηλ₁; what stays most of its second moment is the first or the last
  const relative = sizes.map((size) => size / sizes[0]);
  const stayer = Math.abs(1 - sizes[0]) >= Math.abs(1 - sizes[rank - 1]) ? 0 : rank - 1;
  const most = (1 - sizes[stayer]) ** 2;
  // (1−ηλ_s)² − (1−ηλ_i)², without cancellation
  const gaps = sizes.map((size, i) =>
    Math.max(0, (relative[i] - relative[stayer]) * ((2 - size - sizes[stayer]) / sizes[0])),
  );
  const delta = secularRoot(
    relative.map((size) => step.noise * size * size),
    gaps,
  );
  const contributions =
    delta > 0
      ? relative.map((size, i) => (size * size) / (delta + gaps[i]))
      : relative.map((size, i) => (gaps[i] === 0 ? size : 0));
  const shares = new Float64Array(eigenvalues.length);
  shares.set(expectedLossOf(contributions, 0, 1).shares);
  return { value: most + delta * sizes[0] * sizes[0], shares };
}

/** D_k(∞) of the k sharpest directions (docs/theory.md §5). Undefined where the shares are; throws as `flatOverSharp` does. */
export function decoupledLimit({ shares }: DecoupledGrowth, k: number): number | Undefined {
  return shares instanceof Float64Array ? flatOverSharp(shares, k) : shares;
}

/**
 * The expected loss after 0, 1, 2, … steps without end, exactly (docs/theory.md §5), from second moments `start`, m_i at least
 * 0 and as many as eigenvalues (by default all 1). At the first `next` it throws as `decoupledGrowth` does, and a RangeError
 * where the loss is 0 from the start.
 */
export function* decoupledLoss(
  eigenvalues: Float64Array,
  step: DecoupledStep,
  start: Float64Array = new Float64Array(eigenvalues.length).fill(1),
): Generator<ExpectedLoss, never> {
  const sizes = decoupledSizes(eigenvalues, step);
  // λ_i m_i/λ₁, of which the map is z_i ← (1−ηλ_i)² z_i + c(ηλ_i)² Σ_j z_j
  const loss = eigenvalues.map((value, i) => (i < sizes.length ? (value / eigenvalues[0]) * start[i] : 0));
  const initial = sum(loss);
  if (!(initial > 0)) throw new RangeError("expected a loss to begin with, got none");
  let logScale = 0;
  for (;;) {
    yield expectedLossOf(loss, logScale, initial);
    const total = step.noise * sum(loss);
    for (let i = 0; i < sizes.length; i++) {
      loss[i] = (1 - sizes[i]) ** 2 * loss[i] + sizes[i] ** 2 * total;
    }
    const scale = sum(loss);
    if (scale === 0 || (scale > 1e-8 && scale < 1e8)) continue;
    for (let i = 0; i < sizes.length; i++) loss[i] /= scale;
    logScale += Math.log(scale);
  }
}

/** ηλ_i of the eigenvalues that are not 0. Throws as `decoupledGrowth` does. */
export function decoupledSizes(
  eigenvalues: Float64Array,
  { learningRate, noise }: DecoupledStep,
): Float64Array {
  const wrong = eigenvalues.findIndex((value, i) => !(value >= 0 && value <= (eigenvalues[i - 1] ?? 1e300)));
  if (wrong >= 0) {
    throw new RangeError(
      `eigenvalues: expected numbers from 0 to 1e300, descending, got ${eigenvalues[wrong]} at ${wrong}`,
    );
  }
  if (!(noise >= 0 && noise <= 1)) throw new RangeError(`noise: expected c in [0, 1], got ${noise}`);
  const rank = eigenvalues.findIndex((value) => value <= negligible * eigenvalues[0]);
  return stepSizes(rank < 0 ? eigenvalues : eigenvalues.subarray(0, rank), learningRate);
}
