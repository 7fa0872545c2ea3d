import fc from "fast-check";
import { fromRows } from "../../src/linalg/matrix.ts";
import type { LogitLinearization } from "../../src/models/crossEntropy.ts";
import type { SampledGramLinearization } from "../../src/models/linearization.ts";
import { seededUniform } from "./dense.ts";
import { dot, type Rows } from "./explicitGeometry.ts";
import { gramOf } from "./problems.ts";

export interface LogitProblem {
  outputs: number;
  jacobian: Rows;
  logits: Float64Array;
  /** n rows of probabilities. */
  targets: Rows;
}

/** Logits of every spread up to ±`spread`, hard and soft targets, low and full rank, one sample and several. */
export const logitProblems = (spread = 8): fc.Arbitrary<LogitProblem> =>
  fc
    .record({
      samples: fc.integer({ min: 1, max: 6 }),
      outputs: fc.integer({ min: 2, max: 4 }),
      parameters: fc.integer({ min: 1, max: 9 }),
      spread: fc.double({ min: 0.01, max: spread, noNaN: true }),
      soft: fc.boolean(),
      seed: fc.nat(2 ** 31 - 1),
    })
    .map(({ samples, outputs, parameters, soft, seed, ...drawn }) => {
      const next = seededUniform(seed);
      const size = samples * outputs;
      return {
        outputs,
        jacobian: Array.from({ length: size }, () => Array.from({ length: parameters }, next)),
        logits: Float64Array.from({ length: size }, () => drawn.spread * next()),
        targets: Array.from({ length: samples }, () => {
          if (!soft) return oneHot(Math.floor(((next() + 1) / 2) * outputs), outputs);
          const weights = Array.from({ length: outputs }, () => (next() > 0.6 ? 0 : next() + 1));
          weights[0] += 0.1;
          const sum = weights.reduce((total, weight) => total + weight, 0);
          return weights.map((weight) => weight / sum);
        }),
      };
    });

export function oneHot(label: number, outputs: number): number[] {
  return Array.from({ length: outputs }, (_, c) => (c === label ? 1 : 0));
}

/** The linearization of the logits, by plain loops over the explicit Jacobian. */
export function logitLinearization({
  jacobian,
  logits,
  outputs,
}: LogitProblem): LogitLinearization & Pick<SampledGramLinearization, "gramOf" | "gramBetween"> {
  const parameters = jacobian[0].length;
  const rowsOf = (samples: Int32Array) =>
    Array.from(samples, (i) => jacobian.slice(i * outputs, (i + 1) * outputs)).flat();
  return {
    samples: logits.length / outputs,
    outputs,
    parameters,
    logits,
    jvp: (v) => Float64Array.from(jacobian, (row) => dot(row, v)),
    vjp: (u) =>
      Float64Array.from({ length: parameters }, (_, a) =>
        dot(
          u,
          jacobian.map((row) => row[a]),
        ),
      ),
    gram: () => gramOf(jacobian),
    gramOf: (samples) => gramOf(rowsOf(samples)),
    gramBetween(rows, columns) {
      const others = rowsOf(columns);
      return fromRows(rowsOf(rows).map((row) => others.map((other) => dot(row, other))));
    },
  };
}
