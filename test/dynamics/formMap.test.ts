import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { formMaps } from "../../src/dynamics/formMap.ts";
import { reducedJacobian, stabilityThreshold } from "../../src/dynamics/index.ts";
import { defined } from "../../src/geometry/index.ts";
import { fromRows, type Kernels, openKernels } from "../../src/linalg/index.ts";
import { seededUniform } from "../reference/dense.ts";
import { jacobiEigen } from "../reference/explicitDynamics.ts";
import type { Rows } from "../reference/explicitGeometry.ts";
import { escapeProblems, noiseOf } from "./escapeProblems.ts";

let kernels: Kernels;
beforeAll(async () => {
  kernels = await openKernels();
});
afterAll(() => kernels.close());

type Problem = Awaited<ReturnType<typeof reducedJacobian>>;

/** A(S⁻¹∘A*(w)) by loops, S = xC − (1−c)·G⊗G in units of λ₁, with ⟨M, DM⟩/⟨M, CM⟩. */
function naive(
  { samples: n, outputs, rank, eigenvalues, rows }: Problem,
  c: number,
  w: Float64Array,
  x: number,
) {
  const u = (i: number, k: number) => rows.data[i * rank + k] / Math.sqrt(eigenvalues[k]);
  const ratio = (k: number) => eigenvalues[0] / eigenvalues[k];
  const at = (i: number, a: number, b: number) => i * outputs ** 2 + a * outputs + b;
  const m: Rows = Array.from({ length: rank }, () => new Array(rank).fill(0));
  let [drift, weight] = [0, 0];
  for (let k = 0; k < rank; k++) {
    for (let l = 0; l < rank; l++) {
      let sum = 0;
      for (let i = 0; i < n; i++)
        for (let a = 0; a < outputs; a++)
          for (let b = 0; b < outputs; b++)
            sum += u(i * outputs + a, k) * w[at(i, a, b)] * u(i * outputs + b, l);
      m[k][l] = sum / ((x * (ratio(k) + ratio(l))) / 2 - (1 - c));
      drift += m[k][l] ** 2;
      weight += (m[k][l] ** 2 * (ratio(k) + ratio(l))) / 2;
    }
  }
  const image = new Float64Array(w.length);
  for (let i = 0; i < n; i++)
    for (let a = 0; a < outputs; a++)
      for (let b = 0; b < outputs; b++)
        for (let k = 0; k < rank; k++)
          for (let l = 0; l < rank; l++)
            image[at(i, a, b)] += u(i * outputs + a, k) * m[k][l] * u(i * outputs + b, l) * (c / n);
  const kicks = image.reduce((sum, entry) => sum + (entry / c) ** 2 * n * c, 0);
  return { image, quotient: ((1 - c) * drift + kicks) / weight };
}

/** Symmetric blocks with entries in [−½, ½]. */
function randomForms(samples: number, outputs: number, seed: number): Float64Array {
  const next = seededUniform(seed);
  const w = new Float64Array(samples * outputs ** 2);
  for (let i = 0; i < samples; i++)
    for (let a = 0; a < outputs; a++)
      for (let b = 0; b <= a; b++)
        w[i * outputs ** 2 + a * outputs + b] = w[i * outputs ** 2 + b * outputs + a] = next();
  return w;
}

const size = (v: Float64Array) => Math.sqrt(v.reduce((sum, entry) => sum + entry * entry, 0));
const distance = (v: Float64Array, w: Float64Array) => size(v.map((entry, i) => entry - w[i]));

async function expectNaive(problem: Problem, c: number, x: number, seed: number): Promise<void> {
  const maps = formMaps(problem, c, kernels);
  for (const w of [randomForms(problem.samples, problem.outputs, seed), maps.identity]) {
    const expected = naive(problem, c, w, x);
    const given = [await maps.double.apply(w, x), await maps.single.apply(w, x)];
    // A(M) of a small M may cancel: errors are relative to the map's size
    const scale =
      size(w) * (size(naive(problem, c, maps.identity, x).image) + size(expected.image) / size(w));
    expect(distance(given[0].image, expected.image)).toBeLessThan(1e-12 * scale);
    expect(distance(given[1].image, expected.image)).toBeLessThan(maps.single.rounding * scale);
    expect(Math.abs(given[0].quotient / expected.quotient - 1)).toBeLessThan(1e-11);
  }
  const diagonal = await maps.diagonal(x);
  for (let i = 0; i < 3; i++) {
    const at = Math.floor((i * (maps.size - 1)) / 2);
    const unit = new Float64Array(maps.size);
    unit[at] = 1;
    const error = Math.abs(diagonal[at] - naive(problem, c, unit, x).image[at]);
    expect(error).toBeLessThan(maps.single.rounding * Math.max(...diagonal));
  }
  const { image, quotient, drift, weight } = maps.ofIdentity(x);
  const general = await maps.double.apply(maps.identity, x);
  expect(distance(image, general.image)).toBeLessThan(1e-12 * size(image));
  for (const [fast, slow] of [
    [quotient, general.quotient],
    [drift, general.drift],
    [weight, general.weight],
  ]) {
    expect(Math.abs(fast / slow - 1)).toBeLessThan(1e-11);
  }
}

test("N(x) is A(S⁻¹∘A*(·)) by loops, of indefinite forms too, in both precisions", async () => {
  const problems = fc.record({ problem: escapeProblems, x: fc.double({ min: 1, max: 50, noNaN: true }) });
  await fc.assert(
    fc.asyncProperty(problems, async ({ problem: { jacobian, outputs, samples, draw }, x }) => {
      const c = noiseOf(samples, draw);
      if (c === 0 || samples === 1) return;
      const problem = await reducedJacobian(fromRows(jacobian), outputs, kernels);
      await expectNaive(problem, c, x, samples);
    }),
    { numRuns: 150 },
  );
});

test.each([
  [30, 1, 150],
  [11, 4, 37],
  [300, 1, 9],
  [97, 3, 8],
])("as well in several blocks of columns or rows, n = %i, C = %i, p = %i", async (n, outputs, p) => {
  const next = seededUniform(3);
  const rows = Array.from({ length: n * outputs }, () => Array.from({ length: p }, next));
  await expectNaive(await reducedJacobian(fromRows(rows), outputs, kernels), 0.3, 1.4, 8);
});

test("its matrix is symmetric, of one output entrywise at least 0, and its largest eigenvalue is 1 at x = 2/(η*λ₁)", async () => {
  await fc.assert(
    fc.asyncProperty(escapeProblems, async ({ jacobian, outputs, samples, draw }) => {
      const c = noiseOf(samples, draw);
      if (c === 0 || samples === 1) return;
      const problem = await reducedJacobian(fromRows(jacobian), outputs, kernels);
      const { value } = defined(await stabilityThreshold(problem, draw, { kernels }));
      const maps = formMaps(problem, c, kernels);
      // orthonormal basis of symmetric blocks
      const basis: Float64Array[] = [];
      for (let i = 0; i < samples; i++)
        for (let a = 0; a < outputs; a++)
          for (let b = 0; b <= a; b++) {
            const e = new Float64Array(maps.size);
            e[i * outputs ** 2 + a * outputs + b] = e[i * outputs ** 2 + b * outputs + a] =
              a === b ? 1 : Math.SQRT1_2;
            basis.push(e);
          }
      const x = 2 / value / problem.eigenvalues[0];
      const images: Float64Array[] = [];
      for (const e of basis) images.push((await maps.double.apply(e, x)).image);
      const matrix = basis.map((e) =>
        images.map((image) => image.reduce((sum, entry, k) => sum + entry * e[k], 0)),
      );
      for (const [i, row] of matrix.entries())
        for (const [j, entry] of row.entries()) {
          expect(Math.abs(entry - matrix[j][i])).toBeLessThan(1e-12);
          if (outputs === 1) expect(entry).toBeGreaterThan(-1e-13);
        }
      const { values, vectors } = jacobiEigen(matrix);
      expect(Math.abs(Math.max(...values) - 1)).toBeLessThan(1e-9);
      const leader = vectors[values.indexOf(Math.max(...values))];
      const w = new Float64Array(maps.size);
      for (const [k, e] of basis.entries()) for (let i = 0; i < w.length; i++) w[i] += leader[k] * e[i];
      const root = await maps.double.applyAtRoot(w, x * (1 + 1e-7));
      expect(Math.abs(root.x / x - 1)).toBeLessThan(1e-9);
      expect(distance(root.image, w)).toBeLessThan(1e-9);
      expect(root).toEqual({ x: root.x, ...(await maps.double.apply(w, root.x)) });
    }),
    { numRuns: 60 },
  );
});
