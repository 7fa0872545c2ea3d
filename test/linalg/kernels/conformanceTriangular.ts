/** What trmm owes, whichever implementation it comes from. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Kernels } from "../../../src/linalg/kernels/kernels.ts";
import { dense, entry, type FloatArray, type Matrix, rowMajor } from "../../../src/linalg/matrix.ts";
import { absolute, fill, maxAbsolute, product, seededUniform } from "../../reference/dense.ts";
import {
  type FloatArrayClass,
  guards,
  inputLayouts,
  outputGuard,
  outputLayouts,
  roundoff,
  smallestNormal,
  view,
} from "./conformanceViews.ts";

/** Extents of few elements, and around the rows that are written at a time. */
const extent = fc.oneof(fc.integer({ min: 0, max: 20 }), fc.constantFrom(47, 48, 49, 97));
const layouts = fc.tuple(
  fc.constantFrom(...inputLayouts.filter((layout) => layout !== "broadcast")),
  fc.constantFrom(...outputLayouts),
);

export function triangularSuite(kernels: Kernels, kind: FloatArrayClass): void {
  describe("trmm", () => {
    test("is exact on small integers, in every layout, writes nothing but B and reads no upper triangle", () => {
      fc.assert(
        fc.property(extent, extent, layouts, fc.integer(), (m, n, [left, right], seed) => {
          const uniform = seededUniform(seed);
          const whole = () => Math.round(8 * uniform());
          const a = lowerView(kind, m, left, whole);
          const b = view(kind, m, n, right, whole, outputGuard);
          const reference = product(lowerOf(a), b);
          const before = a.data.slice();
          kernels.trmm(a, b);
          expect(dense(b).data.map((x) => x + 0)).toEqual(reference.data.map((x) => x + 0));
          expect(guards(b).every((guard) => guard === outputGuard)).toBe(true);
          expect(a.data).toEqual(before);
        }),
        { numRuns: 60 },
      );
    });

    test("errs by no more than its length allows, at any scale", () => {
      const exponent = kind === Float32Array ? 15 : 140;
      const powers = fc.integer({ min: -exponent, max: exponent });
      fc.assert(
        fc.property(extent, extent, layouts, fc.integer(), powers, (m, n, [left, right], seed, power) => {
          const uniform = seededUniform(seed);
          const scaled = () => 10 ** power * uniform();
          const a = lowerView(kind, m, left, scaled);
          const b = view(kind, m, n, right, scaled, outputGuard);
          const reference = product(lowerOf(a), b);
          // as for gemm: an inner product of length m in any order, and as much again for the reference in float64
          const size = product(absolute(lowerOf(a)), absolute(b));
          const terms = m + 4;
          const relative = terms * roundoff(kind) * (kind === Float64Array ? 2 : 1);
          kernels.trmm(a, b);
          const errors = fill(m, n, (i, j) => {
            const bound = relative * entry(size, i, j) + terms * smallestNormal(kind);
            return (entry(b, i, j) - entry(reference, i, j)) / bound;
          });
          expect(maxAbsolute(errors)).toBeLessThanOrEqual(1);
        }),
        { numRuns: 20 },
      );
    });

    test("refuses shapes, strides and precisions that do not fit", () => {
      const zeros = (rows: number, columns: number) =>
        rowMajor(rows, columns, new kind(rows * columns) as FloatArray);
      expect(() => kernels.trmm(zeros(2, 3), zeros(3, 2))).toThrow(/2×3.*3×2/);
      expect(() => kernels.trmm(zeros(2, 2), zeros(3, 2))).toThrow(/2×2.*3×2/);
      expect(() =>
        kernels.trmm(
          zeros(2, 2),
          view(kind, 2, 2, "both strides over 1", () => 0),
        ),
      ).toThrow(RangeError);
      const other = kind === Float32Array ? new Float64Array(4) : new Float32Array(4);
      expect(() => kernels.trmm<FloatArray>(rowMajor<FloatArray>(2, 2, other), zeros(2, 2))).toThrow(
        RangeError,
      );
    });
  });
}

/** NaN above the diagonal. */
function lowerView(
  kind: FloatArrayClass,
  size: number,
  layout: (typeof inputLayouts)[number],
  element: () => number,
) {
  const values = fill(size, size, (i, j) => (j > i ? Number.NaN : element()));
  let next = 0;
  return view(kind, size, size, layout, () => values.data[next++]);
}

function lowerOf(a: Matrix<FloatArray>): Matrix<Float64Array> {
  return fill(a.rows, a.columns, (i, j) => (j > i ? 0 : entry(a, i, j)));
}
