import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Kernels, openNativeKernels, openWasmKernels } from "../../src/linalg/index.ts";
import { block, entry, type Matrix, matrix, transpose } from "../../src/linalg/matrix.ts";
import { quadraticForms } from "../../src/linalg/quadraticForms.ts";
import { createStream } from "../../src/random/index.ts";
import { fill } from "../reference/dense.ts";

let both: Kernels[];
beforeAll(async () => {
  both = [await openNativeKernels({ threads: 1 }), await openWasmKernels({ threads: 1 })];
});
afterAll(async () => {
  for (const kernels of both) await kernels.close();
});

/** One, around what the kernels do at once and around the rows done at once, and what lies between. */
const dimension = fc.oneof(fc.constantFrom(1, 2, 47, 48, 49, 96, 131), fc.integer({ min: 1, max: 150 }));
const count = fc.oneof(fc.constantFrom(0, 1, 255, 256, 257, 520), fc.integer({ min: 0, max: 30 }));

describe("xᵀMx", () => {
  test("as the definition has it, for any symmetric M and any strides", () => {
    fc.assert(
      fc.property(
        count,
        dimension,
        fc.nat(),
        fc.integer({ min: -60, max: 60 }),
        fc.constantFrom("rows", "columns", "block"),
        (n, d, seed, decades, layout) => {
          const stream = createStream(seed);
          const rows = laidOut(n, d, layout, () => stream.gaussian());
          const symmetric = symmetricOf(d, () => 10 ** decades * stream.gaussian());
          const found = both.map((kernels) => quadraticForms(symmetric, kernels)(rows));
          for (const forms of found) expect(forms.length).toBe(n);
          for (let i = 0; i < n; i++) {
            const { form, bound } = explicitForm(rows, i, symmetric);
            for (const forms of found) expect(Math.abs(forms[i] - form)).toBeLessThanOrEqual(bound);
          }
        },
      ),
      { numRuns: 30 },
    );
  });

  test("whole numbers exactly, into the array given, again for other rows", () => {
    const stream = createStream(1);
    const whole = () => stream.integer(21) - 10;
    const symmetric = symmetricOf(130, whole);
    for (const kernels of both) {
      const forms = quadraticForms(symmetric, kernels);
      for (const n of [300, 7]) {
        const rows = fill(n, 130, whole);
        const out = new Float64Array(n).fill(Number.NaN);
        expect(forms(rows, out)).toBe(out);
        expect(out).toEqual(Float64Array.from(out, (_, i) => explicitForm(rows, i, symmetric).form));
      }
    }
  });

  test("keeps M as it was, and refuses shapes that do not fit", () => {
    const symmetric = symmetricOf(3, () => 1);
    const [kernels] = both;
    const forms = quadraticForms(symmetric, kernels);
    symmetric.data.fill(7);
    expect([...forms(fill(2, 3, () => 1))]).toEqual([9, 9]);
    expect(() => quadraticForms(matrix(2, 3), kernels)).toThrow(
      new RangeError("quadratic forms: expected a square matrix, got 2×3"),
    );
    expect(() => forms(matrix(2, 4))).toThrow(RangeError);
    expect(() => forms(matrix(2, 3), new Float64Array(3))).toThrow(
      new RangeError("quadratic forms: expected rows of length 3 and one number each, got 2×3 and 3"),
    );
  });
});

function laidOut(n: number, d: number, layout: string, element: () => number): Matrix<Float64Array> {
  if (layout === "columns") return transpose(fill(d, n, element));
  if (layout === "block") return block(fill(n + 2, d + 3, element), 1, 2, n, d);
  return fill(n, d, element);
}

function symmetricOf(size: number, element: () => number): Matrix<Float64Array> {
  const result = matrix(size, size);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      const value = element();
      result.data[i * size + j] = value;
      result.data[j * size + i] = value;
    }
  }
  return result;
}

/** x_iᵀMx_i term by term, and how far rounding may be from it. */
function explicitForm(rows: Matrix<Float64Array>, i: number, m: Matrix<Float64Array>) {
  let [form, size] = [0, 0];
  for (let j = 0; j < m.rows; j++) {
    for (let k = 0; k < m.rows; k++) {
      const term = entry(rows, i, j) * entry(m, j, k) * entry(rows, i, k);
      form += term;
      size += Math.abs(term);
    }
  }
  return { form, bound: 4 * m.rows * Number.EPSILON * size };
}
