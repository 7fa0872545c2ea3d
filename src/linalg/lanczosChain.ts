import type { Ends, RitzPairs } from "./ritz.ts";

/** Chance that a chain misses an eigenvalue and is believed. */
const missProbability = 1e-4;

/** A Krylov sequence from one random vector, orthogonal to the pairs that were locked before it. */
export interface LanczosChain {
  readonly steps: number;
  /** Whether part of its basis was given up since. */
  readonly restarted: boolean;
  /** The wanted eigenvalues that were locked when it began, ascending; none before the first chain. */
  readonly locked: readonly number[];
}

/** Whether the chain has left the wanted values as they were locked, up to `slack`. */
export function confirms({ locked }: LanczosChain, wanted: readonly number[], slack: number): boolean {
  return locked.length === wanted.length && wanted.every((value, k) => Math.abs(value - locked[k]) <= slack);
}

/**
 * Whether a chain that confirms the wanted values shows that no other eigenvalue belongs among them. At each end of
 * which two or more are wanted, its own outermost Ritz value θ must have converged, or lie so far inside that after m
 * steps an eigenvalue as far out as the last wanted λ would have been felt: from a random vector the outermost Ritz
 * value falls short of the outermost eigenvalue by more than a share ε of the spread with a probability of at most
 * 1.648·√N·exp(−√ε·(2m−1)) (Kuczyński & Woźniakowski 1992).
 */
export function nothingMissed(
  chain: LanczosChain,
  { values, residuals }: RitzPairs,
  ends: Ends,
  at: { readonly size: number; readonly enough: number },
): boolean {
  const count = values.length;
  const inside = (next: number, last: number): boolean => {
    if (residuals[next] <= at.enough) return true;
    const share = Math.abs(values[last] - values[next]) / (values[count - 1] - values[0]);
    const chance = 1.648 * Math.sqrt(at.size) * Math.exp(-Math.sqrt(share) * (2 * chain.steps - 1));
    return !chain.restarted && chance <= missProbability;
  };
  return (
    (ends.largest < 2 || inside(count - ends.largest - 1, count - ends.largest)) &&
    (ends.smallest < 2 || inside(ends.smallest, ends.smallest - 1))
  );
}
