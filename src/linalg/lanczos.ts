/**
 * Leading eigenpairs of a symmetric operator by the Lanczos method with full reorthogonalisation and thick restarts
 * (Wu & Simon 2000). The projected matrix VᵀAV is read off the orthogonalisation, so that restarts, locked vectors and
 * new starting vectors need no bookkeeping of their own.
 *
 * One Krylov space holds one vector of each eigenspace. Once the wanted pairs have converged they are therefore locked
 * and a new chain starts from a random vector orthogonal to them, until a chain finds nothing that belongs among them.
 */
import { isRounding, krylovStep } from "./krylovStep.ts";
import { confirms, type LanczosChain, nothingMissed } from "./lanczosChain.ts";
import { type Matrix, matrix, row, setEntry } from "./matrix.ts";
import { appendRandom, norm, orthonormalBasis } from "./orthonormalBasis.ts";
import { columnsAt, type Ends, type RitzPairs, ritzPairs, wantedPositions } from "./ritz.ts";
import {
  type MatrixFreeOptions,
  multiply,
  requireSize,
  type SymmetricOperator,
} from "./symmetricOperator.ts";

/** Longest basis, whatever memory allows: orthogonalisation costs its square. */
const longestBasis = 300;

/** Which eigenpairs of A, N×N, are wanted, how exactly, and what they may cost. */
export interface LanczosOptions extends MatrixFreeOptions {
  /** How many of the largest eigenvalues; 0 by default. */
  readonly largest?: number | undefined;
  /** How many of the smallest eigenvalues; 0 by default. */
  readonly smallest?: number | undefined;
  /**
   * The first vector of the first chain, of length N and any scale; random by default. One pair that is wanted of an end is
   * then the outermost eigenvector that this vector is not orthogonal to.
   */
  readonly start?: Float64Array | undefined;
  /** A pair has converged when ‖Av − λv‖ ≤ tolerance·‖A‖, ‖A‖ as the products show it, from below; 1e-10 by default. */
  readonly tolerance?: number | undefined;
  /** Products after which the pairs at hand are returned, besides one a pair for its residual; 1,000 by default. */
  readonly maxProducts?: number | undefined;
  /** Memory for the basis in bytes, 256 MiB by default; it always has room for 10 vectors besides the wanted ones. */
  readonly basisBytes?: number | undefined;
  /** Called now and then with the products so far and the largest residual of a wanted pair, over ‖A‖. */
  readonly onProgress?: ((products: number, residual: number) => void) | undefined;
}

/** An eigenvalue with its vector and the bound of its error. */
export interface Eigenpair {
  readonly value: number;
  /** v, of length N and norm 1. */
  readonly vector: Float64Array;
  /** ‖Av − λv‖, computed with one more product: some eigenvalue of A lies within it of `value`. */
  readonly residual: number;
  /** residual ≤ tolerance·‖A‖. */
  readonly converged: boolean;
}

/** Eigenpairs at the ends of a spectrum. */
export interface LeadingEigenpairs {
  /**
   * Descending; shorter than asked for where A is smaller or `maxProducts` came first. Where there are fewer pairs than both
   * ends ask for, these share some.
   */
  readonly largest: readonly Eigenpair[];
  /** Ascending. */
  readonly smallest: readonly Eigenpair[];
  /** Whether all converged and, up to a chance of 1e-4, no copy of a multiple eigenvalue was passed over. */
  readonly complete: boolean;
  /**
   * The Ritz value below the last of `largest`, which estimates the next eigenvalue from below; undefined where there is
   * none.
   */
  readonly nextLargest: number | undefined;
  /** All products with A, those for the residuals among them. */
  readonly products: number;
}

/**
 * The largest and the smallest eigenpairs of A by the Lanczos method with full reorthogonalisation and thick restarts (Wu &
 * Simon 2000; docs/theory.md §7). Multiple eigenvalues count as often as they occur: an end of which two or more are wanted
 * takes further chains that look for their copies. Equal `random` streams give equal results.
 * Throws a RangeError on counts that are not whole or both zero, on a tolerance, `maxProducts` or `basisBytes` that is
 * negative or NaN, on a start of another length or without a direction, and where the operator does not keep its terms.
 */
export async function lanczos(
  operator: SymmetricOperator,
  options: LanczosOptions,
): Promise<LeadingEigenpairs> {
  requireSize(operator);
  const { size } = operator;
  const ends = wantedEnds(options, size);
  for (const name of ["tolerance", "maxProducts", "basisBytes"] as const) {
    if (!((options[name] ?? 0) >= 0))
      throw new RangeError(`lanczos: expected a ${name} of at least 0, got ${options[name]}`);
  }
  const total = Math.min(size, ends.largest + ends.smallest);
  const capacity = basisCapacity(size, total, options.basisBytes ?? 2 ** 28);
  const tolerance = options.tolerance ?? 1e-10;
  const basis = orthonormalBasis(size, capacity, options.kernels);
  const projected = matrix(capacity, capacity);
  let products = 0;
  /** ‖A‖ as far as it is known. */
  let scale = 0;

  /** Keeps these Ritz vectors as the whole basis. */
  const keep = (ritz: RitzPairs, positions: readonly number[]): void => {
    basis.turn(columnsAt(ritz.vectors, positions));
    projected.data.fill(0);
    for (const [j, k] of positions.entries()) setEntry(projected, j, j, ritz.values[k]);
  };

  if (options.start === undefined) appendRandom(basis, size, options.random);
  else basis.append(options.start, requireStart(options.start, size));
  let chain: LanczosChain = { steps: 0, restarted: false, locked: [] };
  let nextLook = 1;
  for (;;) {
    const { rest, remainder, length } = await krylovStep(operator, basis, projected, options.signal);
    products++;
    scale = Math.max(scale, length);
    chain = { ...chain, steps: chain.steps + 1 };
    const whole = basis.count === size;
    const ended = whole || isRounding(remainder, size, scale);
    const spent = products >= (options.maxProducts ?? 1000);
    const full = basis.count === capacity;
    if (!ended && !spent && !full && chain.steps < nextLook) {
      basis.append(rest, remainder);
      continue;
    }
    nextLook = chain.steps + Math.max(1, basis.count >> 3);

    const ritz = ritzPairs(projected, basis.count, ended ? 0 : remainder, options.kernels);
    scale = Math.max(scale, -ritz.values[0], ritz.values[basis.count - 1]);
    const positions = wantedPositions(basis.count, ends);
    const wanted = positions.map((k) => ritz.values[k]);
    const worst = positions.reduce((max, k) => Math.max(max, ritz.residuals[k]), 0);
    options.onProgress?.(products, scale === 0 ? 0 : worst / scale);
    // a fourth, so that what restarts drop does not take a pair over the tolerance
    const enough = (tolerance / 4) * scale;
    const converged = wanted.length === total && worst <= enough;
    const confirmed = confirms(chain, wanted, 2 * tolerance * scale);
    const complete =
      converged &&
      (whole ||
        (ends.largest < 2 && ends.smallest < 2) ||
        (confirmed && (ended || nothingMissed(chain, ritz, ends, { size, enough }))));

    if (complete || spent) {
      const vectors = basis.combine(columnsAt(ritz.vectors, positions));
      const pairs = await statedPairs(operator, wanted, vectors, tolerance * scale, options.signal);
      return {
        largest: pairs.slice(Math.max(0, pairs.length - ends.largest)).reverse(),
        smallest: pairs.slice(0, ends.smallest),
        complete,
        nextLargest: ritz.values[basis.count - ends.largest - 1],
        products: products + pairs.length,
      };
    }
    if (ended || (converged && !confirmed)) {
      keep(ritz, positions);
      appendRandom(basis, size, options.random);
      chain = { steps: 0, restarted: false, locked: wanted };
      nextLook = 1;
    } else {
      if (full) {
        keep(ritz, keptPositions(basis.count, ends, total));
        chain = { ...chain, restarted: true };
      }
      basis.append(rest, remainder);
    }
  }
}

/** ‖start‖. */
function requireStart(start: Float64Array, size: number): number {
  const length = norm(start);
  if (start.length === size && length > 0 && length < Infinity) return length;
  throw new RangeError(
    `lanczos: expected a finite start of length ${size}, not 0, got length ${start.length} with norm ${length}`,
  );
}

/** The pairs with their residuals, at one product each. `vectors` holds one a row. */
async function statedPairs(
  operator: SymmetricOperator,
  values: readonly number[],
  vectors: Matrix<Float64Array>,
  limit: number,
  signal: AbortSignal | undefined,
): Promise<Eigenpair[]> {
  const pairs: Eigenpair[] = [];
  for (const [k, value] of values.entries()) {
    const vector = row(vectors, k).slice();
    const image = await multiply(operator, vector, signal);
    for (let i = 0; i < image.length; i++) image[i] -= value * vector[i];
    const residual = norm(image);
    pairs.push({ value, vector, residual, converged: residual <= limit });
  }
  return pairs;
}

/** At a restart the wanted pairs stay, and of the others as many as fill half of the rest, from the same ends. */
function keptPositions(count: number, ends: Ends, total: number): readonly number[] {
  const more = (count - total) / 2 / (ends.largest + ends.smallest);
  return wantedPositions(count, {
    largest: Math.floor(ends.largest * (1 + more)),
    smallest: Math.floor(ends.smallest * (1 + more)),
  });
}

function wantedEnds(options: LanczosOptions, size: number): Ends {
  const { largest = 0, smallest = 0 } = options;
  const whole = [largest, smallest].every((count) => Number.isInteger(count) && count >= 0);
  if (!whole || largest + smallest === 0) {
    throw new RangeError(
      `lanczos: expected whole numbers of largest and smallest eigenvalues, not both 0, got ${largest} and ${smallest}`,
    );
  }
  return { largest: Math.min(largest, size), smallest: Math.min(smallest, size) };
}

function basisCapacity(size: number, total: number, bytes: number): number {
  const least = total + 10;
  const allowed = Math.floor(bytes / 8 / size);
  return Math.min(size, Math.max(least, Math.min(allowed, Math.max(longestBasis, 2 * total))));
}
