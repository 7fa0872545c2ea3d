import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { encodeNpy, fromBytes, openNpy } from "../../src/data/index.ts";
import { InputError } from "../../src/inputError.ts";
import { type Kernels, openKernels } from "../../src/linalg/index.ts";
import { jacobianFile } from "../../src/models/jacobianFile.ts";
import { dot } from "../reference/explicitGeometry.ts";
import { gramOf, problems } from "../reference/problems.ts";

let kernels: Kernels;
beforeAll(async () => {
  kernels = await openKernels();
});
afterAll(() => kernels.close());

const npy = (data: Float64Array | Float32Array, shape: number[], name: string) =>
  openNpy(fromBytes(encodeNpy(data, shape), name));

async function open(
  jacobian: number[][],
  residuals: Float64Array,
  outputs: number,
  precision: "f32" | "f64" = "f64",
) {
  const n = residuals.length / outputs;
  const p = jacobian[0].length;
  return jacobianFile({
    jacobian: await npy(Float64Array.from(jacobian.flat()), outputs > 1 ? [n, outputs, p] : [n, p], "J.npy"),
    residuals: await npy(residuals, outputs > 1 ? [n, outputs] : [n], "r.npy"),
    kernels,
    precision,
  });
}

test("gram, jvp, vjp and blocks are those of the explicit Jacobian", async () => {
  await fc.assert(
    fc.asyncProperty(problems(), async ({ jacobian, residuals, outputs }) => {
      const file = await open(jacobian, residuals, outputs);
      expect([file.samples * file.outputs, file.parameters]).toEqual([jacobian.length, jacobian[0].length]);
      expect(file.residuals).toEqual(residuals);
      const expected = gramOf(jacobian).data;
      const scale = Math.max(...expected.map(Math.abs));
      const gram = (await file.gram()).data;
      gram.forEach((value, k) => {
        expect(Math.abs(value - expected[k])).toBeLessThanOrEqual(1e-14 * scale);
      });
      const direction = Float64Array.from(jacobian[0], (_, k) => Math.cos(k));
      const image = await file.jvp(direction);
      jacobian.forEach((row, i) => {
        expect(Math.abs(image[i] - dot(row, direction))).toBeLessThanOrEqual(1e-13 * Math.sqrt(scale));
      });
      const weights = Float64Array.from(jacobian, (_, i) => Math.sin(i + 1));
      const pulled = await file.vjp(weights);
      jacobian[0].forEach((_, k) => {
        const column = jacobian.map((row) => row[k]);
        expect(Math.abs(pulled[k] - dot(column, weights))).toBeLessThanOrEqual(1e-13 * Math.sqrt(scale));
      });
      let rows = 0;
      for await (const block of file.blocks()) rows += block.jacobian.rows;
      expect(rows).toBe(jacobian.length);
    }),
    { numRuns: 100 },
  );
});

test("f32 arithmetic stays within float32 rounding of f64", async () => {
  const jacobian = Array.from({ length: 9 }, (_, i) =>
    Array.from({ length: 50 }, (_, k) => Math.sin(i * 50 + k)),
  );
  const residuals = Float64Array.from(jacobian, (_, i) => i + 1);
  const exact = (await (await open(jacobian, residuals, 1)).gram()).data;
  const single = (await (await open(jacobian, residuals, 1, "f32")).gram()).data;
  const error = Math.max(...single.map((value, k) => Math.abs(value - exact[k])));
  expect(error).toBeGreaterThan(0);
  expect(error).toBeLessThan(50 * 2 ** -24 * Math.max(...exact));
});

describe("wrong input ends in one line", () => {
  const cases: [what: string, shape: number[], residualShape: number[], message: RegExp][] = [
    ["one axis", [4], [4], /J\.npy: expected shape \(samples, parameters\).*got \(4\)/],
    ["four axes", [1, 2, 2, 1], [1], /got \(1, 2, 2, 1\)/],
    ["no samples", [0, 3], [0], /at least one sample/],
    ["no parameters", [3, 0], [3], /at least one sample, output and parameter/],
    ["other samples", [4, 2], [3], /r\.npy: expected shape \(4\) or \(4, 1\).*got \(3\)/],
    ["missing outputs", [2, 2, 3], [2], /expected shape \(2, 2\).*got \(2\)/],
    ["a third residual axis", [2, 3], [2, 1, 1], /got \(2, 1, 1\)/],
  ];
  test.each(cases)("%s", async (_, shape, residualShape, message) => {
    const size = (lengths: number[]) => lengths.reduce((product, length) => product * length, 1);
    const opened = jacobianFile({
      jacobian: await npy(new Float64Array(size(shape)).fill(1), shape, "J.npy"),
      residuals: await npy(new Float64Array(size(residualShape)).fill(1), residualShape, "r.npy"),
      kernels,
    });
    await expect(opened).rejects.toThrow(InputError);
    await expect(opened).rejects.toThrow(message);
    await opened.catch((error: Error) => expect(error.message).not.toContain("\n"));
  });

  test("NaN and infinity, in either array", async () => {
    await expect(open([[1, 2]], Float64Array.of(Number.NaN), 1)).rejects.toThrow(
      /r\.npy: expected finite numbers, got NaN/,
    );
    for (const value of [Number.NaN, Infinity, -Infinity]) {
      const file = await open([[1, value]], Float64Array.of(1), 1);
      await expect(file.gram()).rejects.toThrow(`got ${value}`);
      await expect(file.vjp(Float64Array.of(1))).rejects.toThrow(InputError);
    }
  });

  test("entries whose squares leave float64 are refused rather than rounded away", async () => {
    for (const value of [1e-170, 1e170]) {
      const file = await open([[value, 0]], Float64Array.of(1), 1);
      await expect(file.gram()).rejects.toThrow(/multiply the Jacobian by a constant/);
    }
    for (const value of [1e-170, 1e170]) {
      await expect(open([[1, 2]], Float64Array.of(value), 1)).rejects.toThrow(
        /r\.npy: expected .* multiply the residuals by a constant/,
      );
    }
    const zero = await open([[0, 0]], Float64Array.of(0), 1);
    expect(Array.from((await zero.gram()).data)).toEqual([0]);
  });

  test("a Gram matrix larger than memory allows names the way out", async () => {
    const n = 40_000;
    const file = await jacobianFile({
      jacobian: await npy(new Float32Array(n * 2), [n, 2], "J.npy"),
      residuals: await npy(new Float32Array(n), [n], "r.npy"),
      kernels,
    });
    await expect(file.gram()).rejects.toThrow(/got 40000; measure a random subset/);
  });

  test("vectors of a wrong length are the caller's fault", async () => {
    const file = await open([[1, 2]], Float64Array.of(1), 1);
    await expect(file.jvp(new Float64Array(3))).rejects.toThrow(RangeError);
    await expect(file.vjp(new Float64Array(2))).rejects.toThrow(RangeError);
  });
});
