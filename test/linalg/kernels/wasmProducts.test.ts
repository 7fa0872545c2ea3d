/** What is particular to the WebAssembly products: the edges of their blocks, and tiles dealt to workers. */
import { afterAll, describe, expect, test } from "vitest";
import type { Kernels } from "../../../src/linalg/kernels/kernels.ts";
import { openWasmKernels } from "../../../src/linalg/kernels/wasm.ts";
import {
  block,
  entry,
  type FloatArray,
  type Matrix,
  rowMajor,
  transpose,
} from "../../../src/linalg/matrix.ts";
import { absolute, product, seededUniform } from "../../reference/dense.ts";
import { wasmKinds } from "./wasmKinds.ts";

type Kind = typeof Float32Array | typeof Float64Array;

function random(kind: Kind, rows: number, columns: number, seed = rows + columns): Matrix<FloatArray> {
  return rowMajor<FloatArray>(rows, columns, new kind(rows * columns).map(seededUniform(seed)) as FloatArray);
}

/** |computed − A·B| within (k + 2)·u·|A||B|, the bound of any order of summation (Higham, §3.1). */
function expectProduct(
  kind: Kind,
  c: Matrix<FloatArray>,
  a: Matrix<FloatArray>,
  b: Matrix<FloatArray>,
): void {
  const u = kind === Float32Array ? 2 ** -24 : 2 ** -53;
  const [exact, size] = [product(a, b), product(absolute(a), absolute(b))];
  let worst = 0;
  for (let i = 0; i < c.rows; i++) {
    for (let j = 0; j < c.columns; j++) {
      const allowed = (a.columns + 2) * u * entry(size, i, j);
      worst = Math.max(worst, Math.abs(entry(c, i, j) - entry(exact, i, j)) / allowed);
    }
  }
  expect(worst).toBeLessThanOrEqual(1);
}

/** Elements whose bits differ, also by the sign of a zero. */
function differences(a: Matrix<FloatArray>, b: Matrix<FloatArray>): number {
  let count = 0;
  for (let k = 0; k < a.data.length; k++) if (!Object.is(a.data[k], b.data[k])) count++;
  return count;
}

/** Shapes around the register tile (4×8), the cached rows (128), the depth of a step (256) and of a copy (1024), and the largest tile (1024). */
const shapes = [
  [3, 9, 160],
  [5, 8, 257],
  [7, 12, 1023],
  [9, 6, 1025],
  [4, 7, 511],
  [127, 33, 64],
  [129, 31, 255],
  [1023, 5, 10],
  [1025, 4, 256],
  [6, 1027, 13],
  [1030, 1026, 3],
] as const;

const suites = await Promise.all(
  wasmKinds.flatMap(({ name, relaxed }) =>
    [Float32Array, Float64Array].map(async (kind) => ({
      name: `${name}, ${kind.name}`,
      kind,
      kernels: await openWasmKernels({ relaxed }),
      twoThreads: await openWasmKernels({ relaxed, threads: 2 }),
    })),
  ),
);
afterAll(async () => {
  await Promise.all(suites.flatMap(({ kernels, twoThreads }) => [kernels.close(), twoThreads.close()]));
});

describe.each(suites)("$name", ({ kernels, twoThreads, kind }) => {
  test.each(shapes)("gemm at the edges of its blocks: %i×%i, depth %i", (m, n, k) => {
    const [a, b, c] = [random(kind, m, k), random(kind, k, n), random(kind, m, n)];
    kernels.gemm(1, a, b, 0, c);
    expectProduct(kind, c, a, b);
  });

  test("a depth of many steps", () => {
    const [a, b, c] = [random(kind, 6, 20_001), random(kind, 20_001, 9), random(kind, 6, 9)];
    kernels.gemm(1, a, b, 0, c);
    expectProduct(kind, c, a, b);
  });

  test("a vector longer than a run, by rows and by columns", () => {
    const a = random(kind, 20, 40_000);
    for (const view of [a, transpose(a)]) {
      const [x, y] = [random(kind, view.columns, 1), random(kind, view.rows, 1)];
      kernels.gemv(1, view, x.data, 0, y.data);
      expectProduct(kind, y, view, x);
      kernels.gemm(1, transpose(x), transpose(view), 0, transpose(y));
      expectProduct(kind, y, view, x);
    }
  });

  test("syrk across tiles writes the lower triangle and nothing else, whichever stride of C is 1", () => {
    const a = random(kind, 1100, 20);
    for (const turn of [(c: Matrix<FloatArray>) => c, transpose<FloatArray>]) {
      const c = turn(rowMajor<FloatArray>(1100, 1100, new kind(1100 * 1100).fill(7)));
      const full = rowMajor<FloatArray>(1100, 1100, new kind(1100 * 1100));
      kernels.syrk(0.5, a, 2, c);
      kernels.gemm(0.5, a, transpose(a), 0, full);
      let wrong = 0;
      for (let i = 0; i < 1100; i++) {
        for (let j = 0; j < 1100; j++) {
          const expected = j > i ? 7 : 14 + entry(full, i, j);
          if (Math.abs(entry(c, i, j) - expected) > 1e-5) wrong++;
        }
      }
      expect(wrong).toBe(0);
    }
  });

  test("any number of threads gives the same bits as a direct call", async () => {
    const [a, b] = [random(kind, 150, 700), random(kind, 700, 1060)];
    const sparse = rowMajor<FloatArray>(
      150,
      1060,
      random(kind, 150, 1060).data.map(Math.round) as FloatArray,
    );
    const start = sparse.data.slice();
    const results = await Promise.all(
      [kernels, twoThreads].map(async (each) => {
        const c = rowMajor<FloatArray>(150, 1060, start.slice());
        await each.background.gemm(-1.5, a, b, 0.25, c);
        const s = rowMajor<FloatArray>(700, 700, new kind(490_000).fill(3));
        await each.background.syrk(1, transpose(a), 1, s);
        return [c, s];
      }),
    );
    const direct = rowMajor<FloatArray>(150, 1060, start.slice());
    kernels.gemm(-1.5, a, b, 0.25, direct);
    const lower = rowMajor<FloatArray>(700, 700, new kind(490_000).fill(3));
    kernels.syrk(1, transpose(a), 1, lower);
    for (const [c, s] of results) expect([differences(c, direct), differences(s, lower)]).toEqual([0, 0]);
  });

  test("negative zeros are the same in whole and in cut register tiles", () => {
    const whole = rowMajor<FloatArray>(80, 80, new kind(6400).fill(-0));
    const cut = rowMajor<FloatArray>(80, 80, new kind(6400).fill(-0));
    const [a, b] = [random(kind, 80, 30), random(kind, 30, 80)];
    a.data.fill(-0, 0, 600);
    kernels.gemm(1, a, b, 1, whole);
    for (const [column, width] of [
      [0, 45],
      [45, 35],
    ]) {
      kernels.gemm(1, a, block(b, 0, column, 30, width), 1, block(cut, 0, column, 80, width));
    }
    expect(differences(cut, whole)).toBe(0);
  });
});

test("threads must be a positive integer", async () => {
  for (const threads of [0, -1, 1.5, Number.NaN]) {
    await expect(openWasmKernels({ threads })).rejects.toThrow(RangeError);
  }
});

test("closing rejects what is under way and what comes later", async () => {
  const closing: Kernels = await openWasmKernels({ threads: 2 });
  const [a, c] = [random(Float64Array, 600, 600), random(Float64Array, 600, 600)];
  const under = closing.background.gemm(1, a, a, 0, c);
  const refused = expect(under).rejects.toThrow(/closed|ended/);
  await closing.close();
  await refused;
  await expect(closing.background.gemm(1, a, a, 0, c)).rejects.toThrow("closed");
});
