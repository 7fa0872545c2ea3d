/** What `shareOut` owes, whichever implementation it comes from. */
import { expect, test } from "vitest";
import type { Kernels, Products } from "../../../src/linalg/kernels/kernels.ts";
import { matrix, rowMajor, transpose } from "../../../src/linalg/matrix.ts";

/** Sums of products of these are exact in float32. */
function smallIntegers(rows: number, columns: number, seed: number) {
  const values = Float32Array.from({ length: rows * columns }, (_, k) => ((k * 7 + seed) % 11) - 5);
  return rowMajor(rows, columns, values);
}

export function sharingSuite(kernels: Kernels): void {
  test("works get the products that direct calls give, small and large ones, one after another", async () => {
    const sizes = [3, 40, 150, 41, 200, 1, 160, 90];
    const results = sizes.map(() => new Float32Array(0));
    await kernels.shareOut(
      sizes.map((n, k) => async ({ gemm, syrk }: Products) => {
        const [a, b] = [smallIntegers(n, n + 1, k), smallIntegers(n, n + 1, 2 * k)];
        const c = rowMajor(n, n, new Float32Array(n * n));
        await syrk(1, a, 0, c);
        await gemm(2, a, transpose(b), 1, c);
        results[k] = c.data;
      }),
    );
    for (const [k, n] of sizes.entries()) {
      const [a, b] = [smallIntegers(n, n + 1, k), smallIntegers(n, n + 1, 2 * k)];
      const c = rowMajor(n, n, new Float32Array(n * n));
      kernels.syrk(1, a, 0, c);
      kernels.gemm(2, a, transpose(b), 1, c);
      expect(results[k]).toEqual(c.data);
    }
  });

  test("all works are done, few at a time", async () => {
    const a = matrix(120, 120, new Float64Array(120 ** 2).fill(1));
    const [begun, ended]: [number[], number[]] = [[], []];
    await kernels.shareOut(
      Array.from({ length: 12 }, (_, k) => async ({ gemm }: Products) => {
        begun.push(k);
        expect(begun.length - ended.length).toBeLessThanOrEqual(kernels.threads + 1);
        await gemm(1, a, a, 0, matrix(120, 120));
        ended.push(k);
      }),
    );
    expect(begun).toEqual(Array.from({ length: 12 }, (_, k) => k));
    expect([...ended].sort((x, y) => x - y)).toEqual(begun);
    await kernels.shareOut([]);
  });

  test("a work that fails ends it, once the others under way have ended", async () => {
    const a = matrix(120, 120, new Float64Array(120 ** 2).fill(1));
    let underWay = 0;
    let begun = 0;
    const failing = kernels.shareOut(
      Array.from({ length: 30 }, (_, k) => async ({ gemm }: Products) => {
        begun++;
        underWay++;
        try {
          await gemm(1, a, k === 4 ? matrix(2, 3) : a, 0, matrix(120, 120));
        } finally {
          underWay--;
        }
      }),
    );
    await expect(failing).rejects.toThrow(RangeError);
    expect(underWay).toBe(0);
    expect(begun).toBeLessThanOrEqual(5 + kernels.threads);
  });
}
