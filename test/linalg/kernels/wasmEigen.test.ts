/** The WebAssembly eigensolver where divide and conquer is delicate: deflation, clusters, couplings that vanish. */
import { EigenvalueDecomposition, Matrix as Oracle } from "ml-matrix";
import { describe, expect, test } from "vitest";
import { openWasmKernels } from "../../../src/linalg/kernels/wasm.ts";
import { entry, matrix, type SymmetricMatrix, transpose } from "../../../src/linalg/matrix.ts";
import { fill, frobenius, maxAbsolute, product, seededUniform } from "../../reference/dense.ts";
import { wasmKinds } from "./wasmKinds.ts";

const u = 2 ** -53;
/** ‖AV − VΛ‖_max / ‖A‖_F, ‖VᵀV − I‖_max and errors of values / ‖A‖_F, in units of n·u. */
const allowed = { residual: 2, orthogonality: 2, values: 2 };

function symmetric(n: number, element: (i: number, j: number) => number): SymmetricMatrix {
  return fill(n, n, (i, j) => element(Math.max(i, j), Math.min(i, j)));
}

/** H·diag(spectrum)·H with a Householder reflection H. */
function withSpectrum(spectrum: number[]): SymmetricMatrix {
  const n = spectrum.length;
  const v = Float64Array.from({ length: n }, seededUniform(n));
  const norm2 = v.reduce((sum, x) => sum + x * x, 0);
  const mean = v.reduce((sum, x, k) => sum + x * x * spectrum[k], 0) / norm2;
  return symmetric(
    n,
    (i, j) =>
      (i === j ? spectrum[i] : 0) - (2 * v[i] * v[j] * (spectrum[i] + spectrum[j] - 2 * mean)) / norm2,
  );
}

function gram(n: number, rank: number): SymmetricMatrix {
  const x = fill(n, rank, seededUniform(n + rank));
  const k = product(x, transpose(x));
  return symmetric(n, (i, j) => entry(k, i, j));
}

function uniform(n: number, scale = 1): SymmetricMatrix {
  const a = fill(n, n, seededUniform(n));
  return symmetric(n, (i, j) => scale * entry(a, i, j));
}

const bits = (x: number) => x.toString(2).replaceAll("0", "").length;

const cases: Record<string, SymmetricMatrix> = {
  "random, one leaf (n = 32)": uniform(32),
  "random, one merge (n = 33)": uniform(33),
  "random, odd splits (n = 131)": uniform(131),
  "random (n = 200)": uniform(200),
  "Wilkinson's W⁺ (n = 101): pairs that agree to all digits": symmetric(101, (i, j) =>
    i === j ? Math.abs(i - 50) : i - j === 1 ? 1 : 0,
  ),
  "glued Wilkinson matrices (5 × 21, glue 1e-14)": symmetric(105, (i, j) =>
    i === j ? Math.abs((i % 21) - 10) : i - j === 1 ? (i % 21 === 0 ? 1e-14 : 1) : 0,
  ),
  "cluster 1 + k·1e-14": withSpectrum(Array.from({ length: 120 }, (_, k) => 1 + k * 1e-14)),
  "graded 10^-k, large first": symmetric(100, (i, j) => 10 ** (-(i + j) / 8)),
  "graded 10^-k, large last": symmetric(100, (i, j) => 10 ** ((i + j) / 8 - 25) * (i === j ? 1 : 0.3)),
  "Gram matrix of rank 3": gram(150, 3),
  "Gram matrix of rank 100": gram(130, 100),
  "blocks without coupling": symmetric(90, (i, j) =>
    Math.floor(i / 7) === Math.floor(j / 7) ? Math.cos(i + j) : 0,
  ),
  identity: symmetric(70, (i, j) => (i === j ? 1 : 0)),
  "Hadamard: ±√n, each n/2 times": symmetric(128, (i, j) => (bits(i & j) % 2 ? -1 : 1)),
  "all ones": symmetric(100, () => 1),
  "second differences": symmetric(100, (i, j) => (i === j ? 2 : i - j === 1 ? -1 : 0)),
  "scale 1e-150": uniform(70, 1e-150),
  "scale 1e150": uniform(70, 1e150),
  "entries up to 1e307": uniform(40, 1e307),
  "subnormal entries": uniform(40, 1e-310),
};

const kinds = await Promise.all(
  wasmKinds.map(async ({ name, relaxed }) => ({ name, kernels: await openWasmKernels({ relaxed }) })),
);

describe.each(kinds)("$name", ({ kernels }) => {
  describe.each(Object.entries(cases))("%s", (_, a) => {
    const n = a.rows;
    const { values, vectors } = kernels.symmetricEigen(a);
    // Products near the limits of the range would overflow or lose digits: compare scaled copies.
    const largest = maxAbsolute(a);
    const scaled = fill(n, n, (i, j) => entry(a, i, j) / largest);
    const lambda = values.map((value) => value / largest);
    const unit = n * u * frobenius(scaled);

    test("is a decomposition", () => {
      const applied = product(scaled, vectors);
      const residual = fill(n, n, (i, k) => entry(applied, i, k) - lambda[k] * entry(vectors, i, k));
      expect(maxAbsolute(residual)).toBeLessThanOrEqual(allowed.residual * unit);
      const overlap = product(transpose(vectors), vectors);
      const defect = fill(n, n, (i, j) => entry(overlap, i, j) - (i === j ? 1 : 0));
      expect(maxAbsolute(defect)).toBeLessThanOrEqual(allowed.orthogonality * n * u);
    });

    test("has the values of ml-matrix, with vectors and without", () => {
      const rows = Array.from({ length: n }, (_, i) =>
        Array.from({ length: n }, (_, j) => entry(scaled, i, j)),
      );
      const oracle = new EigenvalueDecomposition(new Oracle(rows), { assumeSymmetric: true }).realEigenvalues;
      const expected = Float64Array.from(oracle).sort();
      const alone = kernels.symmetricEigenvalues(a).map((value) => value / largest);
      for (const spectrum of [lambda, alone]) {
        const errors = spectrum.map((value, k) => Math.abs(value - expected[k]));
        expect(Math.max(...errors)).toBeLessThanOrEqual(allowed.values * unit);
      }
    });
  });

  test("the empty matrix, one number, and the zero matrix", () => {
    expect(kernels.symmetricEigen(matrix(0, 0)).values).toEqual(new Float64Array(0));
    const one = kernels.symmetricEigen(fill(1, 1, () => -3));
    expect([one.values[0], Math.abs(one.vectors.data[0])]).toEqual([-3, 1]);
    const zero = kernels.symmetricEigen(matrix(50, 50));
    expect(zero.values).toEqual(new Float64Array(50));
    expect(product(transpose(zero.vectors), zero.vectors)).toEqual(
      symmetric(50, (i, j) => (i === j ? 1 : 0)),
    );
  });

  test("an instance of its own, for a problem larger than what memory is kept for, changes no bits", async () => {
    const small = uniform(150);
    const before = kernels.symmetricEigen(small);
    const large = uniform(1500);
    const [direct, background] = [
      kernels.symmetricEigenvalues(large),
      await kernels.background.symmetricEigenvalues(large),
    ];
    expect(background).toEqual(direct);
    expect(kernels.symmetricEigen(small)).toEqual(before);
    await kernels.close();
  });
});
