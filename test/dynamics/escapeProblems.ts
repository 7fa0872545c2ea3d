import fc from "fast-check";
import type { BatchDraw } from "../../src/dynamics/index.ts";
import { seededUniform } from "../reference/dense.ts";
import type { Rows } from "../reference/explicitGeometry.ts";

export interface EscapeProblem {
  readonly jacobian: Rows;
  readonly outputs: number;
  readonly samples: number;
  readonly draw: BatchDraw;
  /** η in units of 2/λ₁. */
  readonly rate: number;
}

/**
 * Jacobians that fit in explicit p²×p² matrices: one sample, p below and above n·C, several outputs, low rank, samples that
 * repeat, samples along the axes (equal eigenvalues, blocks that do not mix), and scales from tiny to huge.
 */
export const escapeProblems: fc.Arbitrary<EscapeProblem> = fc
  .record({
    samples: fc.integer({ min: 1, max: 6 }),
    outputs: fc.integer({ min: 1, max: 3 }),
    parameters: fc.integer({ min: 1, max: 6 }),
    kind: fc.constantFrom("generic", "generic", "low rank", "repeated", "axes"),
    seed: fc.nat(2 ** 31 - 1),
    scale: fc.integer({ min: -30, max: 30 }),
    batch: fc.nat(100),
    replacement: fc.boolean(),
    rate: fc.double({ min: 0.01, max: 3, noNaN: true }),
  })
  .map(({ samples, outputs, parameters, kind, seed, scale, batch, replacement, rate }) => {
    const next = seededUniform(seed);
    const vector = () => Array.from({ length: parameters }, next);
    const low = [vector(), vector()];
    const row = (k: number): number[] => {
      switch (kind) {
        case "low rank": {
          const [a, b] = [next(), next()];
          return low[0].map((value, j) => a * value + b * low[1][j]);
        }
        case "repeated":
          return low[k % 2].slice();
        case "axes":
          return Array.from({ length: parameters }, (_, j) => (j === k % parameters ? 1 : 0));
        default:
          return vector();
      }
    };
    const jacobian = Array.from({ length: samples * outputs }, (_, k) =>
      row(k).map((value) => value * 10 ** scale),
    );
    const draw = { batchSize: 1 + (batch % (replacement ? 2 * samples : samples)), replacement };
    return { jacobian, outputs, samples, draw, rate };
  });

/** c of docs/theory.md §1. */
export function noiseOf(samples: number, { batchSize: b, replacement }: BatchDraw): number {
  if (replacement) return 1 / b;
  return b === samples ? 0 : (samples - b) / (b * (samples - 1));
}
