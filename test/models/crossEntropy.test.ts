import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { InputError } from "../../src/inputError.ts";
import { entry, transpose } from "../../src/linalg/matrix.ts";
import { whitenedLinearization } from "../../src/models/crossEntropy.ts";
import { explicitCrossEntropy } from "../reference/explicitCrossEntropy.ts";
import { type LogitProblem, logitLinearization, logitProblems, oneHot } from "../reference/logitProblems.ts";
import { dot, expectClose, unit } from "./laws.ts";

const flat = (rows: number[][]) => Float64Array.from(rows.flat());
const whitened = (problem: LogitProblem) =>
  whitenedLinearization(logitLinearization(problem), flat(problem.targets));

describe("whitened logits", () => {
  test("g_i and G are exactly those of the definitions; losses too", async () => {
    await fc.assert(
      fc.asyncProperty(logitProblems(30), async (problem) => {
        const { outputs, jacobian, targets } = problem;
        const explicit = explicitCrossEntropy(jacobian, problem.logits, targets);
        const linearization = whitened(problem);
        const n = targets.length;
        const p = jacobian[0].length;
        expect(linearization.loss?.kind).toBe("cross-entropy");
        const columns = await Promise.all(Array.from({ length: p }, (_, a) => linearization.jvp(unit(p, a))));
        for (let i = 0; i < n; i++) {
          const loss = explicit.sampleLosses[i];
          expectClose(linearization.loss?.sampleLosses[i] ?? -1, loss, 1e-14 * (1 + loss), `loss ${i}`);
          const own = linearization.residuals.map((r, k) => (Math.floor(k / outputs) === i ? r : 0));
          const g = await linearization.vjp(own);
          const byColumns = columns.map((column) => dot(column, own));
          for (let a = 0; a < p; a++) {
            expectClose(g[a], explicit.gradients[i][a], 1e-14 * outputs, `gradient ${i}, ${a}`);
            expectClose(byColumns[a], explicit.gradients[i][a], 1e-14 * outputs, `J̃ᵀr̃ ${i}, ${a}`);
          }
        }
        for (let a = 0; a < p; a++) {
          for (let b = 0; b < p; b++) {
            const sum = dot(columns[a], columns[b]) / n;
            expectClose(sum, explicit.gaussNewton[a][b], 2e-15 * outputs, `G ${a}, ${b}`);
          }
        }
      }),
      { numRuns: 200 },
    );
  });

  test("jvp, vjp and gram are those of one matrix, however the raw Gram matrix is laid out", async () => {
    await fc.assert(
      fc.asyncProperty(logitProblems(30), async (problem) => {
        const raw = logitLinearization(problem);
        const linearization = whitened(problem);
        const size = problem.logits.length;
        const rows = await Promise.all(
          Array.from({ length: size }, async (_, k) => linearization.vjp(unit(size, k))),
        );
        const direction = Float64Array.from(problem.jacobian[0], (_, a) => Math.cos(a));
        const image = await linearization.jvp(direction);
        for (const [k, row] of rows.entries()) expectClose(image[k], dot(row, direction), 1e-14, `J̃v ${k}`);
        const turned = whitenedLinearization(
          { ...raw, gram: async () => transpose(await raw.gram()) },
          flat(problem.targets),
        );
        for (const gram of [await linearization.gram(), await turned.gram()]) {
          for (let a = 0; a < size; a++) {
            for (let b = 0; b < size; b++) {
              expectClose(entry(gram, a, b), dot(rows[a], rows[b]), 2e-14, `K̃ ${a}, ${b}`);
              expect(entry(gram, a, b)).toBe(entry(gram, b, a));
            }
          }
        }
      }),
      { numRuns: 100 },
    );
  });

  test("labels drawn from the model's own probabilities: the mean of Σ₁ over them is G", () => {
    fc.assert(
      fc.property(logitProblems(), ({ jacobian, logits, outputs }) => {
        const n = logits.length / outputs;
        const p = jacobian[0].length;
        let own = explicitCrossEntropy(
          jacobian,
          logits,
          Array.from({ length: n }, () => oneHot(0, outputs)),
        );
        const { probabilities, gaussNewton } = own;
        const mean = gaussNewton.map((row) => row.map(() => 0));
        for (let label = 0; label < outputs; label++) {
          own = explicitCrossEntropy(
            jacobian,
            logits,
            Array.from({ length: n }, () => oneHot(label, outputs)),
          );
          for (const [i, g] of own.gradients.entries()) {
            for (let a = 0; a < p; a++) {
              for (let b = 0; b < p; b++) mean[a][b] += (probabilities[i][label] * g[a] * g[b]) / n;
            }
          }
        }
        for (let a = 0; a < p; a++) {
          for (let b = 0; b < p; b++) expectClose(mean[a][b], gaussNewton[a][b], 1e-14, `${a}, ${b}`);
        }
      }),
      { numRuns: 50 },
    );
  });

  test("classes are one-hot targets; Hessian products pass through", async () => {
    const problem = {
      outputs: 3,
      jacobian: [[1], [2], [4]],
      logits: Float64Array.of(0, 1, 2),
      targets: [[0, 1, 0]],
    };
    const raw = { ...logitLinearization(problem), hvp: (v: Float64Array) => v.map((value) => 3 * value) };
    const byClass = whitenedLinearization(raw, Int32Array.of(1));
    expect(byClass.residuals).toEqual(whitened(problem).residuals);
    expect(await byClass.hvp(Float64Array.of(2))).toEqual(Float64Array.of(6));
    expect("hvp" in whitened(problem)).toBe(false);
  });
});

describe("two classes `margin` apart, where p(1−p) and p − y are known to full precision", () => {
  /** The second logit leads by `margin`; y is class `label`. */
  const of = (margins: number[], label: number): LogitProblem => ({
    outputs: 2,
    jacobian: margins.flatMap((_, i) => [
      [1, 0.25 * i],
      [-0.5, 1],
    ]),
    logits: Float64Array.from(margins.flatMap((margin) => [100 - margin, 100])),
    targets: margins.map(() => oneHot(label, 2)),
  });
  const small = (margin: number) => Math.exp(-margin) / (1 + Math.exp(-margin));

  test.each([0, 1, 40, 200, 600])(
    "margin %d: gradients, G, K̃ and loss to 1e-13 of themselves",
    async (margin) => {
      for (const label of [0, 1]) {
        const problem = of([margin], label);
        const linearization = whitened(problem);
        const g = await linearization.vjp(linearization.residuals);
        // g = (p − y)_0·(J_0 − J_1)
        const weight = label === 0 ? -1 / (1 + Math.exp(-margin)) : small(margin);
        const difference = [1.5, -1];
        for (const a of [0, 1]) expectClose(g[a] / weight, difference[a], 1e-13, `gradient ${a}`);
        const loss = label === 0 ? margin + Math.log1p(Math.exp(-margin)) : Math.log1p(Math.exp(-margin));
        expectClose((linearization.loss?.sampleLosses[0] ?? -1) / loss, 1, 1e-13, "loss");
        const gram = await linearization.gram();
        // G has the one eigenvalue p(1−p)‖J_0 − J_1‖², so K̃ has it as its trace
        const curvature = (small(margin) / (1 + Math.exp(-margin))) * dot(difference, difference);
        expectClose((entry(gram, 0, 0) + entry(gram, 1, 1)) / curvature, 1, 1e-12, "trace of K̃");
      }
    },
  );

  test("a target whose probability underflows: the gradient stays exact, all numbers finite", async () => {
    for (const margin of [690, 750, 1500, 5000, 1e6]) {
      const linearization = whitened(of([margin, 2], 0));
      expect(linearization.residuals.every(Number.isFinite)).toBe(true);
      expect(linearization.loss?.sampleLosses[0]).toBeCloseTo(margin, 8);
      const own = linearization.residuals.map((r, k) => (k < 2 ? r : 0));
      const g = await linearization.vjp(own);
      expectClose(g[0], -1.5, 1e-13, "gradient");
      expectClose(g[1], 1, 1e-13, "gradient");
      const gram = await linearization.gram();
      expect(gram.data.every(Number.isFinite)).toBe(true);
      expect(entry(gram, 0, 0) + entry(gram, 1, 1)).toBeLessThan(1e-299);
    }
  });

  test("every softmax saturated, a target missed: an InputError, rather than a G that is only its bound", () => {
    expect(() => whitened(of([2000, 1500], 0))).toThrow(InputError);
    expect(() => whitened(of([2000, 1500], 0))).toThrow("every softmax is saturated");
    expect(whitened(of([2000, 1500], 1)).loss?.sampleLosses).toEqual(Float64Array.of(0, 0));
  });
});

test("wrong input", () => {
  const problem = { outputs: 2, jacobian: [[1], [2]], logits: Float64Array.of(0, 1), targets: [[0, 1]] };
  const raw = logitLinearization(problem);
  const expectInput = (targets: Int32Array | Float64Array, words: string, of = raw) => {
    expect(() => whitenedLinearization(of, targets)).toThrow(InputError);
    expect(() => whitenedLinearization(of, targets)).toThrow(words);
  };
  expectInput(Int32Array.of(2), "classes from 0 to 1, got 2 for sample 0");
  expectInput(Int32Array.of(-1), "got -1 for sample 0");
  expectInput(Float64Array.of(0.7, 0.7), "sum to 1, got 0.7, 0.7 for sample 0");
  expectInput(Float64Array.of(1.5, -0.5), "at least 0");
  expectInput(Float64Array.of(Number.NaN, 1), "at least 0");
  const broken = { ...raw, logits: Float64Array.of(0, Number.NaN) };
  expectInput(Int32Array.of(0), "finite numbers, got NaN in sample 0", broken);
  const single = { ...raw, outputs: 1, samples: 2 };
  expectInput(Int32Array.of(0, 0), "at least two outputs", single);
  expect(() => whitenedLinearization(raw, Int32Array.of(0, 1))).toThrow(RangeError);
  expect(() => whitenedLinearization(raw, Float64Array.of(1))).toThrow(RangeError);
  expect(() => whitenedLinearization({ ...raw, logits: new Float64Array(3) }, Int32Array.of(0))).toThrow(
    RangeError,
  );
  expect(() => whitenedLinearization(raw, Int32Array.of(0)).vjp(new Float64Array(3))).toThrow(RangeError);
});
