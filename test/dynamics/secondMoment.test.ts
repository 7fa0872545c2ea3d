import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  expectedLoss,
  flatOverSharp,
  growthRate,
  limitFlatOverSharp,
  type ReducedProblem,
  reducedJacobian,
  reducedProblem,
  type SgdStep,
  secondMomentMap,
  stabilityThreshold,
} from "../../src/dynamics/index.ts";
import { defined, geometryPoint, isDefined } from "../../src/geometry/index.ts";
import {
  entry,
  fromRows,
  type Kernels,
  type Matrix,
  matrix,
  openKernels,
  openWasmKernels,
} from "../../src/linalg/index.ts";
import { seededUniform } from "../reference/dense.ts";
import {
  explicitDynamics,
  explicitGrowthRate,
  explicitMap,
  jacobiEigen,
  multiply,
  outer,
} from "../reference/explicitDynamics.ts";
import { dot, type Rows } from "../reference/explicitGeometry.ts";
import { gramOf } from "../reference/problems.ts";
import { escapeProblems, noiseOf } from "./escapeProblems.ts";

let kernels: Kernels;
beforeAll(async () => {
  kernels = await openKernels();
});
afterAll(() => kernels.close());

const fromGram = (jacobian: Rows, outputs: number) =>
  reducedProblem(geometryPoint(gramOf(jacobian), new Float64Array(jacobian.length), outputs), kernels);

const nested = ({ data, rows, columns }: Matrix): Rows =>
  Array.from({ length: rows }, (_, i) => Array.from(data.subarray(i * columns, (i + 1) * columns)));
const transposed = (a: Rows): Rows => a[0].map((_, j) => a.map((row) => row[j]));

/** v_k as columns of p×r, from J and X alone: v_k = JᵀX_k/(nλ_k). */
function eigenvectors(jacobian: Rows, { rows, eigenvalues, samples }: ReducedProblem): Rows {
  const images = multiply(transposed(jacobian), nested(rows));
  return images.map((row) => row.map((value, k) => value / eigenvalues[k] / samples));
}

/** A symmetric r×r matrix of entries in (−1, 1). */
function symmetric(size: number, seed: number): Matrix {
  const next = seededUniform(seed);
  const m = matrix(size, size);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) m.data[i * size + j] = m.data[j * size + i] = next();
  }
  return m;
}

describe("the reduced problem", () => {
  test("from K and from JᵀJ: G is diag(λ) in its basis, and its rows have the products of J's", async () => {
    await fc.assert(
      fc.asyncProperty(escapeProblems, async ({ jacobian, outputs, samples }) => {
        const gram = gramOf(jacobian);
        const unit = Math.max(...gram.data.map(Math.abs));
        for (const problem of [
          await fromGram(jacobian, outputs),
          await reducedJacobian(fromRows(jacobian), outputs, kernels),
        ]) {
          expect(problem).toMatchObject({ samples, outputs, rank: problem.eigenvalues.length });
          expect(problem.rank).toBe(explicitDynamics(jacobian, outputs).eigenvalues.length);
          const x = nested(problem.rows);
          const back = multiply(x, transposed(x));
          for (const [k, value] of gram.data.entries()) {
            const off = back[Math.floor(k / x.length)][k % x.length] - value;
            expect(Math.abs(off)).toBeLessThanOrEqual(1e-13 * unit);
          }
          const own = multiply(transposed(x), x);
          for (let k = 0; k < problem.rank; k++) {
            for (let l = 0; l < problem.rank; l++) {
              const expected = k === l ? problem.eigenvalues[k] * samples : 0;
              expect(Math.abs(own[k][l] - expected)).toBeLessThanOrEqual(1e-13 * unit);
            }
            if (k > 0) expect(problem.eigenvalues[k]).toBeLessThanOrEqual(problem.eigenvalues[k - 1]);
          }
        }
      }),
      { numRuns: 100 },
    );
  });

  test("rows that are not samples × outputs", async () => {
    await expect(reducedJacobian(matrix(3, 2), 2, kernels)).rejects.toThrow(RangeError);
    await expect(reducedJacobian(matrix(3, 9), 2, kernels)).rejects.toThrow(RangeError);
    for (const outputs of [0, -1, 0.5]) {
      await expect(reducedJacobian(matrix(3, 2), outputs, kernels)).rejects.toThrow(
        "outputs: expected a whole",
      );
    }
  });
});

describe("the map, against p²×p² matrices", () => {
  test("one step of any symmetric M; self-adjoint; positive semi-definite matrices stay so", async () => {
    await fc.assert(
      fc.asyncProperty(
        escapeProblems,
        fc.nat(1e6),
        async ({ jacobian, outputs, samples, draw, rate }, seed) => {
          const problem = await fromGram(jacobian, outputs);
          const explicit = explicitDynamics(jacobian, outputs);
          const learningRate = (2 * rate) / explicit.eigenvalues[0];
          const map = secondMomentMap(problem, { learningRate, ...draw }, kernels);
          const whole = explicitMap(explicit, learningRate, noiseOf(samples, draw));
          const v = eigenvectors(jacobian, problem);
          const lift = (m: Matrix) => multiply(v, multiply(nested(m), transposed(v))).flat();
          const [a, b] = [symmetric(problem.rank, seed), symmetric(problem.rank, seed + 1)];
          const image = { ...a, data: (await map(a)).data.slice() };
          const lifted = lift(image);
          const start = lift(a);
          // ‖T‖ grows with the square of the step and with n, which one sample may make alone
          const unit = problem.rank * (1 + 4 * rate * rate * samples * outputs);
          for (const [k, row] of whole.entries()) {
            expect(Math.abs(lifted[k] - dot(row, start))).toBeLessThanOrEqual(1e-8 * unit);
          }
          const back = (await map(b)).data;
          expect(Math.abs(dot(image.data, b.data) - dot(a.data, back))).toBeLessThanOrEqual(1e-12 * unit);

          const square = fromRows(multiply(nested(a), nested(a)));
          const kept = nested(await map(square));
          expect(Math.min(...jacobiEigen(kept).values)).toBeGreaterThanOrEqual(-1e-12 * unit * problem.rank);
        },
      ),
      { numRuns: 150 },
    );
  });

  test("growth rate, to 1e-8", async () => {
    await fc.assert(
      fc.asyncProperty(escapeProblems, async ({ jacobian, outputs, samples, draw, rate }) => {
        const problem = await fromGram(jacobian, outputs);
        const explicit = explicitDynamics(jacobian, outputs);
        const learningRate = (2 * rate) / explicit.eigenvalues[0];
        const found = defined(await growthRate(problem, { learningRate, ...draw }, { kernels }));
        const expected = explicitGrowthRate(explicit, learningRate, noiseOf(samples, draw));
        expect(Math.abs(found.value - expected)).toBeLessThanOrEqual(1e-8 * expected + 1e-14);
        expect(found.converged).toBe(true);
        expect(found.residual).toBeLessThanOrEqual(1e-10 * expected + 1e-14);
      }),
      { numRuns: 200 },
    );
  });

  test("D_k(∞) is that of the part of the identity in the leading eigenspace", async () => {
    await fc.assert(
      fc.asyncProperty(escapeProblems, async ({ jacobian, outputs, samples, draw, rate }) => {
        const problem = await fromGram(jacobian, outputs);
        const explicit = explicitDynamics(jacobian, outputs);
        const learningRate = (2 * rate) / explicit.eigenvalues[0];
        const { values, vectors } = jacobiEigen(explicitMap(explicit, learningRate, noiseOf(samples, draw)));
        const range = explicit.range.flat();
        // eigenvectors over the range of G only; of those outside it the identity of the range has no part
        const parts = values.map((value, k) => ({ value, part: dot(vectors[k], range), vector: vectors[k] }));
        const inside = parts.filter(({ part }) => Math.abs(part) > 1e-7);
        const top = Math.max(...inside.map(({ value }) => value));
        const leading = inside.filter(({ value }) => value > top - 1e-9 * top);
        const next = Math.max(
          0,
          ...inside.filter((pair) => !leading.includes(pair)).map(({ value }) => value),
        );
        fc.pre(next < 0.999 * top);
        const p = explicit.gaussNewton.length;
        const moment = Array.from({ length: p }, (_, i) =>
          Array.from({ length: p }, (_, j) =>
            leading.reduce((sum, { part, vector }) => sum + part * vector[i * p + j], 0),
          ),
        );
        const growth = defined(await growthRate(problem, { learningRate, ...draw }, { kernels }));
        for (let k = 1; k <= problem.rank; k++) {
          // between equal eigenvalues D_k is a convention, tested below
          if (
            k < problem.rank &&
            explicit.eigenvalues[k - 1] - explicit.eigenvalues[k] < 1e-6 * explicit.eigenvalues[0]
          )
            continue;
          const sharp = sharpProjection(explicit.gaussNewton, k);
          const whole = traceOfProducts(explicit.gaussNewton, moment);
          const share = traceOfProducts(multiply(sharp, explicit.gaussNewton), moment) / whole;
          const limit = limitFlatOverSharp(problem, growth, k);
          if (isDefined(limit)) expect(Math.abs(1 / (1 + limit) - share)).toBeLessThanOrEqual(1e-6);
          else expect(share).toBeLessThan(1e-5);
        }
      }),
      { numRuns: 150 },
    );
  });
});

/** Projection on the k leading eigenvectors. */
function sharpProjection(gaussNewton: Rows, k: number): Rows {
  const { values, vectors } = jacobiEigen(gaussNewton);
  const order = values.map((_, i) => i).sort((i, j) => values[j] - values[i]);
  return order
    .slice(0, k)
    .map((i) => outer(vectors[i], vectors[i]))
    .reduce((sum, part) => sum.map((row, i) => row.map((value, j) => value + part[i][j])));
}

function traceOfProducts(a: Rows, b: Rows): number {
  return a.reduce((sum, row, i) => sum + row.reduce((part, value, j) => part + value * b[j][i], 0), 0);
}

test("step by step: the expected loss grows at ρ in the long run, its shares reach D_k(∞), nothing overflows", async () => {
  const next = seededUniform(4);
  const jacobian = Array.from({ length: 8 }, () => Array.from({ length: 5 }, next));
  const problem = await fromGram(jacobian, 2);
  for (const [learningRate, batchSize] of [
    [4 / problem.eigenvalues[0], 1],
    [1e100, 2],
    [0.3 / problem.eigenvalues[0], 1],
  ]) {
    const step = { learningRate, batchSize, replacement: false };
    const growth = defined(await growthRate(problem, step, { kernels }));
    let before = 0;
    let t = 0;
    for await (const { logLoss, shares } of expectedLoss(problem, step, kernels)) {
      expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 12);
      if (t === 0) expect(logLoss).toBe(0);
      if (t === 1) {
        // E L(1)/E L(0) = Tr(G T(I))/Tr G
        const one = matrix(5, 5);
        for (let k = 0; k < 5; k++) one.data[6 * k] = 1;
        const { data } = await secondMomentMap(problem, step, kernels)(one);
        const ratio = problem.eigenvalues.reduce((sum, value, k) => sum + value * data[6 * k], 0);
        const whole = problem.eigenvalues.reduce((sum, value) => sum + value, 0);
        expect(Math.abs(logLoss - Math.log(ratio / whole))).toBeLessThan(1e-12 * (1 + Math.abs(logLoss)));
      }
      if (t === 2000) {
        expect(Math.abs(logLoss - before - Math.log(growth.value))).toBeLessThan(
          1e-9 * Math.max(1, Math.abs(logLoss)),
        );
        for (const k of [1, 3]) {
          const limit = defined(limitFlatOverSharp(problem, growth, k));
          expect(Math.abs(defined(flatOverSharp(shares, k)) / limit - 1)).toBeLessThan(1e-7);
        }
        break;
      }
      before = logLoss;
      t++;
    }
  }
});

describe("clustered growth rates: a spectrum of G over six decades, as networks have", () => {
  const problemOf = (outputs: number) => {
    const next = seededUniform(outputs);
    const rows = Array.from({ length: 18 }, () =>
      Array.from({ length: 40 }, (_, k) => next() * 10 ** ((-3 * k) / 40)),
    );
    return fromGram(rows, outputs);
  };
  /** The map as a matrix over the entries of M, symmetric in Tr AB, column by column. */
  async function explicitPacked(problem: ReducedProblem, step: SgdStep): Promise<Matrix> {
    const { rank } = problem;
    const map = secondMomentMap(problem, step, kernels);
    const pairs = Array.from({ length: rank }, (_, i) =>
      Array.from({ length: i + 1 }, (_, j): [number, number] => [i, j]),
    ).flat();
    const whole = matrix(pairs.length, pairs.length);
    const length = ([i, j]: [number, number]) => (i === j ? 1 : Math.SQRT1_2);
    for (const [column, pair] of pairs.entries()) {
      const [i, j] = pair;
      const m = matrix(rank, rank);
      m.data[i * rank + j] = m.data[j * rank + i] = length(pair);
      const { data } = await map(m);
      for (const [row, [k, l]] of pairs.entries()) {
        whole.data[row * pairs.length + column] = data[k * rank + l] / length([k, l]);
      }
    }
    return whole;
  }

  test.each([1, 2])("every rate and D_k(∞), against all eigenvalues, C = %i", async (outputs) => {
    const problem = await problemOf(outputs);
    for (const batchSize of [1, 5]) {
      const draw = { batchSize, replacement: false };
      const threshold = defined(await stabilityThreshold(problem, draw, { kernels })).value;
      for (const factor of [1e-3, 0.3, 0.9, 1, 1.01, 1.2, 3]) {
        const step = { ...draw, learningRate: factor * threshold };
        const growth = defined(await growthRate(problem, step, { kernels }));
        const { values, vectors } = kernels.symmetricEigen(await explicitPacked(problem, step));
        const top = values.length - 1;
        expect(Math.abs(growth.value / values[top] - 1)).toBeLessThan(1e-13);
        expect(growth.converged).toBe(true);
        expect(growth.residual).toBeLessThan(1e-10 * growth.value);
        const vector = Float64Array.from(values, (_, i) => entry(vectors, i, top));
        const diagonal = Float64Array.from({ length: problem.rank }, (_, k) => vector[(k * (k + 3)) / 2]);
        const carried = Array.from(problem.eigenvalues, (value, k) => value * Math.abs(diagonal[k]));
        for (const k of [1, 5]) {
          const sum = (part: number[]) => part.reduce((total, value) => total + value, 0);
          const expected = sum(carried.slice(k)) / sum(carried.slice(0, k));
          const limit = limitFlatOverSharp(problem, growth, k);
          // the oracle's own vector is off by ε over the gap
          const gap = (values[top] - values[top - 1]) / values[top];
          if (isDefined(limit))
            expect(Math.abs(limit / expected - 1)).toBeLessThan(1e-6 + 1e-13 / gap / carried[0]);
        }
      }
    }
  });

  test("too few products: what there is, marked as not converged, with its residual", async () => {
    const problem = await problemOf(1);
    const step = { learningRate: 0.3 / problem.eigenvalues[0], batchSize: 1, replacement: true };
    const exact = defined(await growthRate(problem, step, { kernels }));
    for (const maxProducts of [5, 50]) {
      const growth = defined(await growthRate(problem, step, { kernels, maxProducts }));
      expect(growth.converged).toBe(false);
      expect(growth.products).toBeLessThanOrEqual(maxProducts + 3);
      expect(growth.value).toBeLessThanOrEqual(exact.value * (1 + 1e-14));
      expect(growth.value + growth.residual).toBeGreaterThan(exact.value - 1e-3);
    }
  });
});

describe("where the answer is known", () => {
  test("GD: (1−ηλ)² of the direction that grows most, which carries all", async () => {
    const problem = await fromGram(
      [
        [2, 0, 0],
        [0, 1, 0],
        [0, 0, 0.5],
      ],
      1,
    ); // λ = 4/3, 1/3, 1/12
    const unstable = defined(
      await growthRate(problem, { learningRate: 2, batchSize: 3, replacement: false }, { kernels }),
    );
    expect(unstable.value).toBeCloseTo((1 - 8 / 3) ** 2, 13);
    expect(unstable.residual).toBe(0);
    expect(limitFlatOverSharp(problem, unstable, 1)).toBe(0);
    const stable = defined(
      await growthRate(problem, { learningRate: 0.1, batchSize: 3, replacement: false }, { kernels }),
    );
    expect(stable.value).toBeCloseTo((1 - 0.1 / 12) ** 2, 13);
    expect(limitFlatOverSharp(problem, stable, 1)).toEqual({
      undefined: "the sharpest 1 carry none of the loss",
    });
    expect(limitFlatOverSharp(problem, stable, 3)).toBe(0);
  });

  test("one sample makes no noise, whatever the batch", async () => {
    const problem = await fromGram([[3, 0]], 1);
    for (const replacement of [true, false]) {
      const { value } = defined(
        await growthRate(problem, { learningRate: 0.5, batchSize: 1, replacement }, { kernels }),
      );
      expect(value).toBeCloseTo((1 - 4.5) ** 2, 12);
    }
  });

  test("equal eigenvalues share evenly, whichever eigenvectors the solver finds", async () => {
    const problem = await fromGram(
      [
        [1, 0, 0],
        [0, 1, 0],
        [0, 0, 1],
        [1, 0, 0],
      ],
      1,
    ); // λ = ½, ¼, ¼
    const growth = defined(
      await growthRate(problem, { learningRate: 9, batchSize: 1, replacement: true }, { kernels }),
    );
    // x = e₁ in two of four samples: it grows by 1 + (81 − 18)/2 a step, the others by half of what is over 1
    for (const k of [1, 2, 3]) expect(defined(limitFlatOverSharp(problem, growth, k))).toBeCloseTo(0, 12);
    expect(growth.value).toBeCloseTo(1 + (81 - 18) / 2, 12);
    const even = await fromGram(
      [
        [1, 0, 0],
        [0, 1, 0],
        [0, 0, 1],
      ],
      1,
    );
    const same = defined(
      await growthRate(even, { learningRate: 9, batchSize: 1, replacement: true }, { kernels }),
    );
    expect(defined(limitFlatOverSharp(even, same, 1))).toBeCloseTo(2, 12);
    expect(defined(limitFlatOverSharp(even, same, 2))).toBeCloseTo(0.5, 12);
  });

  test("nothing moves at η = 0, and nothing where G = 0; what makes no sense is refused", async () => {
    const problem = await fromGram(
      [
        [2, 0],
        [0, 1],
      ],
      1,
    );
    const still = defined(
      await growthRate(problem, { learningRate: 0, batchSize: 1, replacement: true }, { kernels }),
    );
    expect(still.value).toBe(1);
    expect(limitFlatOverSharp(problem, still, 1)).toEqual({
      undefined: "a learning rate of 0 moves nothing",
    });
    const flat = await fromGram(
      [
        [0, 0],
        [0, 0],
      ],
      1,
    );
    expect(flat.rank).toBe(0);
    const step = { learningRate: 1, batchSize: 1, replacement: true };
    expect(await growthRate(flat, step, { kernels })).toHaveProperty("undefined");
    await expect(expectedLoss(flat, step, kernels).next()).rejects.toThrow("expected a loss to begin with");
    for (const wrong of [
      { batchSize: 0 },
      { batchSize: 1.5 },
      { learningRate: -1 },
      { learningRate: Number.NaN },
      { learningRate: 1e200 },
    ]) {
      await expect(growthRate(problem, { ...step, ...wrong }, { kernels })).rejects.toThrow(RangeError);
    }
    await expect(
      growthRate(problem, { ...step, batchSize: 3, replacement: false }, { kernels }),
    ).rejects.toThrow("[1, 2], got 3");
    expect(() => flatOverSharp(Float64Array.of(1), 0)).toThrow(RangeError);
  });

  test("wasm kernels find the same; a rank over the limit is refused with the reason", async () => {
    const next = seededUniform(9);
    const problem = await fromGram(
      Array.from({ length: 30 }, () => Array.from({ length: 40 }, next)),
      3,
    );
    const step = { learningRate: 5 / problem.eigenvalues[0], batchSize: 2, replacement: false };
    const wasm = await openWasmKernels();
    const [native, other] = [
      await growthRate(problem, step, { kernels }),
      await growthRate(problem, step, { kernels: wasm }),
    ];
    await wasm.close();
    expect(defined(other).value / defined(native).value).toBeCloseTo(1, 12);
    const large = { ...problem, rank: 5000 };
    expect(await growthRate(large, step, { kernels })).toEqual({
      undefined: expect.stringContaining("5000×5000 matrices, more than 4096"),
    });
  });
});
