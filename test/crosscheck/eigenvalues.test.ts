/** Spectra that are hard on an eigensolver, against LAPACK as numpy calls it; native kernels call another one, ours in Wasm none. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { gaussNewtonSpectrum, geometryPoint } from "../../src/geometry/index.ts";
import { InputError } from "../../src/inputError.ts";
import { fromRows, type Kernels, openNativeKernels, openWasmKernels } from "../../src/linalg/index.ts";
import { scratchFolder } from "../cli/noisegeo.ts";
import { numpyMissing, runNumpy } from "../data/numpy.ts";
import { wasmKinds } from "../linalg/kernels/wasmKinds.ts";
import { seededUniform } from "../reference/dense.ts";
import type { Rows } from "../reference/explicitGeometry.ts";
import { gramOf } from "../reference/problems.ts";

const roundoff = 2 ** -53;
const folder = scratchFolder();
afterAll(folder.remove);

const square = (n: number, entry: (i: number, j: number) => number): number[][] =>
  Array.from({ length: n }, (_, i) => Array.from({ length: n }, (_, j) => entry(i, j)));
const symmetric = (n: number, seed: number) => {
  const next = seededUniform(seed);
  const lower = square(n, next);
  return square(n, (i, j) => lower[Math.max(i, j)][Math.min(i, j)] + (i === j ? n : 0));
};
const graded = (n: number, seed: number, decades: (i: number) => number) => {
  const a = symmetric(n, seed);
  return square(n, (i, j) => a[i][j] * 10 ** (decades(i) + decades(j)));
};

const matrices: Readonly<Record<string, Rows>> = {
  "Hilbert, n = 6": square(6, (i, j) => 1 / (i + j + 1)),
  "Hilbert, n = 12": square(12, (i, j) => 1 / (i + j + 1)),
  "Hilbert, n = 60": square(60, (i, j) => 1 / (i + j + 1)),
  "Pascal, n = 14": square(14, (i, j) =>
    Array.from({ length: i }, (_, k) => (j + k + 1) / (k + 1)).reduce((product, ratio) => product * ratio, 1),
  ),
  "Wilkinson's W⁺ of 21: pairs that agree to 14 digits": square(21, (i, j) =>
    i === j ? Math.abs(10 - i) : Math.abs(i - j) === 1 ? 1 : 0,
  ),
  "Gaussian kernel of points close together": square(150, (i, j) => Math.exp(-(((i - j) / 60) ** 2))),
  "graded over 30 decades, large first": graded(40, 1, (i) => -0.375 * i),
  "graded over 30 decades, small first": graded(40, 2, (i) => -0.375 * (39 - i)),
  "graded without order": graded(40, 3, (i) => -0.375 * ((7 * i) % 40)),
  "one sample larger than all others by 1e8": graded(30, 4, (i) => (i === 17 ? 8 : 0)),
  "Lehmer, n = 40": square(40, (i, j) => (Math.min(i, j) + 1) / (Math.max(i, j) + 1)),
};

const rows = (n: number, p: number, seed: number, scale: (i: number, j: number) => number): number[][] => {
  const next = seededUniform(seed);
  return Array.from({ length: n }, (_, i) => Array.from({ length: p }, (_, j) => next() * scale(i, j)));
};
const jacobians: Readonly<Record<string, Rows>> = {
  "parameters of falling size": rows(30, 12, 5, (_, j) => 10 ** (-j / 3)),
  "samples of falling size": rows(30, 12, 6, (i) => 10 ** (-i / 6)),
  "more parameters than samples": rows(12, 50, 7, (i, j) => 10 ** (-i / 4 - j / 50)),
  "Vandermonde: samples at (i+1)/20, powers": Array.from({ length: 20 }, (_, i) =>
    Array.from({ length: 9 }, (_, j) => ((i + 1) / 20) ** j),
  ),
};

let eigenvalues: Record<string, number[]>;
let squares: Record<string, number[]>;
beforeAll(() => {
  if (numpyMissing) return;
  const script = `
given = json.load(sys.stdin)
print(json.dumps({
    "eigenvalues": {name: np.linalg.eigvalsh(np.array(a)).tolist() for name, a in given["matrices"].items()},
    "squares": {name: (np.linalg.svd(np.array(j), compute_uv=False) ** 2).tolist() for name, j in given["jacobians"].items()},
}))`;
  ({ eigenvalues, squares } = JSON.parse(
    runNumpy(script, folder.path, JSON.stringify({ matrices, jacobians })),
  ));
});

let native: Kernels | undefined;
try {
  native = await openNativeKernels({ threads: 1 });
} catch (error) {
  if (!(error instanceof InputError) || process.env.CI) throw error;
}
const wasm = await Promise.all(
  wasmKinds.map(async ({ name, relaxed }) => ({ name, kernels: await openWasmKernels({ relaxed }) })),
);
afterAll(async () => {
  for (const kernels of [native, ...wasm.map(({ kernels }) => kernels)]) await kernels?.close();
});

describe
  .skipIf(numpyMissing)
  .each([{ name: native ? "native" : "native (skipped: none on this machine)", kernels: native }, ...wasm])(
  `$name against numpy ${numpyMissing ?? ""}`,
  ({ kernels }) => {
    if (!kernels) return test.skip("none", () => {});

    test.each(Object.entries(matrices))("%s", (name, a) => {
      const n = a.length;
      const norm = Math.sqrt(a.flat().reduce((sum, value) => sum + value * value, 0));
      for (const found of [
        kernels.symmetricEigenvalues(fromRows(a)),
        kernels.symmetricEigen(fromRows(a)).values,
      ]) {
        for (const [k, value] of eigenvalues[name].entries()) {
          expect(Math.abs(found[k] - value)).toBeLessThanOrEqual((n + 5) * roundoff * norm);
        }
      }
    });

    test.each(Object.entries(jacobians))("G by K, against the singular values of J: %s", async (name, j) => {
      const point = geometryPoint(gramOf(j), new Float64Array(j.length), 1);
      const spectrum = await gaussNewtonSpectrum(point, kernels);
      const [largest] = squares[name];
      for (const [k, value] of squares[name].entries()) {
        const found = (spectrum.eigenvalues[k] ?? 0) * j.length;
        expect(Math.abs(found - value)).toBeLessThanOrEqual(j.length * roundoff * largest);
      }
    });
  },
);
