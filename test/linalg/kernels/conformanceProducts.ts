/** What gemm, syrk, gemv and trmm owe, whichever implementation they come from. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Kernels } from "../../../src/linalg/kernels/kernels.ts";
import {
  block,
  dense,
  entry,
  type FloatArray,
  type Matrix,
  rowMajor,
  setEntry,
  transpose,
} from "../../../src/linalg/matrix.ts";
import { absolute, fill, maxAbsolute, product, seededUniform } from "../../reference/dense.ts";
import { triangularSuite } from "./conformanceTriangular.ts";
import {
  type FloatArrayClass,
  guards,
  inputLayouts,
  type Layout,
  outputGuard,
  outputLayouts,
  roundoff,
  smallestNormal,
  view,
} from "./conformanceViews.ts";

type Product = "gemm" | "syrk" | "gemv";
const products: readonly Product[] = ["gemm", "syrk", "gemv"];

interface Case {
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly alpha: number;
  readonly beta: number;
  readonly layouts: readonly [a: Layout, b: Layout, c: Layout];
}

interface Operands {
  readonly alpha: number;
  readonly beta: number;
  readonly a: Matrix<FloatArray>;
  readonly b: Matrix<FloatArray>;
  readonly c: Matrix<FloatArray>;
}

/** Operands of the shapes that `kind` of product has: gemv's B and C are columns, syrk's B is Aᵀ. */
function operands(kind: FloatArrayClass, which: Product, shape: Case, element: () => number): Operands {
  const { m, k, alpha, beta, layouts } = shape;
  const n = which === "gemv" ? 1 : which === "syrk" ? m : shape.n;
  const a = view(kind, m, k, layouts[0], element);
  const b =
    which === "syrk" ? transpose(a) : view(kind, k, n, which === "gemv" ? "rows" : layouts[1], element);
  const c = view(kind, m, n, which === "gemv" ? "rows" : layouts[2], element, outputGuard);
  return { alpha, beta, a, b, c };
}

function run(kernels: Kernels, which: Product, { alpha, a, b, beta, c }: Operands): void {
  if (which === "gemm") kernels.gemm(alpha, a, b, beta, c);
  else if (which === "syrk") kernels.syrk(alpha, a, beta, c);
  else kernels.gemv(alpha, a, b.data, beta, c.data);
}

/** The result in float64 with the BLAS reading of special values: a zero factor means "not read". */
function expected(which: Product, { alpha, a, b, beta, c }: Operands): Matrix<Float64Array> {
  const ab = alpha === 0 ? fill(c.rows, c.columns, () => 0) : product(a, b);
  return fill(c.rows, c.columns, (i, j) => {
    if (which === "syrk" && j > i) return entry(c, i, j);
    return (alpha === 0 ? 0 : alpha * entry(ab, i, j)) + (beta === 0 ? 0 : beta * entry(c, i, j));
  });
}

interface Bounded {
  readonly reference: Matrix<Float64Array>;
  readonly bound: Matrix<Float64Array>;
}

/**
 * The result and the largest error that any order of summation may make (Higham, Accuracy and Stability, §3.1 and
 * §3.5): for an inner product of length k, scaled and added, (k+4)u times the same of the absolute values. The
 * float64 reference may err as much again.
 */
function withBound(kind: FloatArrayClass, which: Product, given: Operands): Bounded {
  const a = absolute(given.a);
  const magnitude = expected(which, {
    alpha: Math.abs(given.alpha),
    beta: Math.abs(given.beta),
    a,
    b: which === "syrk" ? transpose(a) : absolute(given.b),
    c: absolute(given.c),
  });
  const terms = a.columns + 4;
  const relative = terms * roundoff(kind) * (kind === Float64Array ? 2 : 1);
  const bound = fill(magnitude.rows, magnitude.columns, (i, j) => {
    return relative * entry(magnitude, i, j) + terms * smallestNormal(kind);
  });
  return { reference: expected(which, given), bound };
}

/** The element furthest from the reference, in units of its bound. */
function worstError({ reference, bound }: Bounded, actual: Matrix<FloatArray>): number {
  return maxAbsolute(
    fill(actual.rows, actual.columns, (i, j) => {
      return (entry(actual, i, j) - entry(reference, i, j)) / entry(bound, i, j);
    }),
  );
}

const factors = [0, 1, -1, 0.75, -1.25];
const randomCase = (largest: number) =>
  fc.record({
    m: fc.integer({ min: 0, max: largest }),
    n: fc.integer({ min: 0, max: largest }),
    k: fc.integer({ min: 0, max: largest }),
    alpha: fc.constantFrom(...factors),
    beta: fc.constantFrom(...factors),
    layouts: fc.tuple(
      fc.constantFrom(...inputLayouts),
      fc.constantFrom(...inputLayouts),
      fc.constantFrom(...outputLayouts),
    ),
  });

/** Shapes around the block sizes of the implementations, and long and thin ones. */
const largeShapes = [
  [257, 129, 301],
  [64, 64, 64],
  [65, 7, 513],
  [1, 300, 1000],
  [300, 1, 1000],
  [130, 131, 1],
] as const;

export function productSuite(kernels: Kernels, kind: FloatArrayClass): void {
  describe.each(products)("%s", (which) => {
    test("is exact on small integers, in every layout, and writes nothing but C", () => {
      fc.assert(
        fc.property(randomCase(21), fc.integer(), (shape, seed) => {
          const uniform = seededUniform(seed);
          const given = operands(kind, which, shape, () => Math.round(8 * uniform()));
          const reference = expected(which, given);
          const inputs = [given.a.data.slice(), given.b.data.slice()];
          run(kernels, which, given);
          expect(dense(given.c).data.map((x) => x + 0)).toEqual(reference.data.map((x) => x + 0));
          expect(guards(given.c).every((guard) => guard === outputGuard)).toBe(true);
          expect([given.a.data, given.b.data]).toEqual(inputs);
        }),
        { numRuns: 300 },
      );
    });

    test("errs by no more than its length allows, at any scale", () => {
      const exponent = kind === Float32Array ? 15 : 140;
      const powers = fc.integer({ min: -exponent, max: exponent });
      fc.assert(
        fc.property(randomCase(40), fc.integer(), powers, (shape, seed, power) => {
          const uniform = seededUniform(seed);
          const given = operands(kind, which, shape, () => 10 ** power * uniform());
          const bounded = withBound(kind, which, given);
          run(kernels, which, given);
          expect(worstError(bounded, given.c)).toBeLessThanOrEqual(1);
        }),
      );
    });

    test.each(largeShapes)("%i×%i, inner %i: every combination of orders", (m, n, k) => {
      let bounded: Bounded | undefined;
      for (const a of ["rows", "columns"] as const) {
        for (const b of ["block of rows", "block of columns"] as const) {
          for (const c of ["block of rows", "columns"] as const) {
            const shape: Case = { m, n, k, alpha: -0.75, beta: 1, layouts: [a, b, c] };
            // The same numbers in every layout.
            const given = operands(kind, which, shape, seededUniform(m + n + k));
            bounded ??= withBound(kind, which, given);
            run(kernels, which, given);
            expect(worstError(bounded, given.c), `A ${a}, B ${b}, C ${c}`).toBeLessThanOrEqual(1);
            expect(guards(given.c).every((guard) => guard === outputGuard)).toBe(true);
          }
        }
      }
    });

    test("NaN and Inf in an input propagate as in IEEE arithmetic, through zeros too", () => {
      for (const extent of [1, 5, 33, 70]) {
        for (const special of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
          for (const at of [0, extent >> 1, extent - 1]) {
            const shape: Case = {
              m: extent,
              n: extent,
              k: extent,
              alpha: 1,
              beta: 1,
              layouts: ["rows", "columns", "rows"],
            };
            const uniform = seededUniform(at);
            const given = operands(kind, which, shape, () => Math.round(uniform()));
            setEntry(given.a, at, extent - 1 - at, special);
            const reference = expected(which, given);
            run(kernels, which, given);
            expect(dense(given.c).data).toEqual(reference.data);
          }
        }
      }
    });

    test("a zero factor means not read: beta = 0 for C, alpha = 0 for A and B", () => {
      for (const extent of [1, 3, 40]) {
        for (const [alpha, beta] of [
          [1, 0],
          [0, 1],
          [0, 0],
          [0, -2],
        ]) {
          const shape: Case = {
            m: extent,
            n: extent,
            k: extent,
            alpha,
            beta,
            layouts: ["rows", "rows", "columns"],
          };
          const given = operands(kind, which, shape, () => 1);
          if (beta === 0) given.c.data.fill(Number.NaN);
          if (alpha === 0) given.a.data.fill(Number.NaN);
          if (alpha === 0) given.b.data.fill(Number.POSITIVE_INFINITY);
          const reference = expected(which, given);
          run(kernels, which, given);
          expect(dense(given.c).data.map((x) => x + 0)).toEqual(reference.data.map((x) => x + 0));
        }
      }
    });

    test("shapes that do not fit throw a RangeError that names them", () => {
      const zeros = (rows: number, columns: number) =>
        rowMajor(rows, columns, new kind(rows * columns) as FloatArray);
      const [a, b] = [zeros(2, 3), zeros(4, 5)];
      if (which === "gemm") {
        expectShapes(() => kernels.gemm(1, a, b, 0, zeros(2, 5)), "2×3", "4×5");
        expectShapes(() => kernels.gemm(1, a, transpose(b), 0, zeros(2, 4)), "2×3", "5×4");
        expectShapes(() => kernels.gemm(1, a, zeros(3, 5), 0, zeros(2, 6)), "2×3", "3×5", "2×6");
        expectShapes(() => kernels.gemm(1, a, zeros(3, 5), 0, zeros(1, 5)), "2×3", "3×5", "1×5");
      } else if (which === "syrk") {
        expectShapes(() => kernels.syrk(1, a, 0, zeros(3, 3)), "2×3", "3×3");
        expectShapes(() => kernels.syrk(1, a, 0, zeros(2, 3)), "2×3", "2×3");
      } else {
        expectShapes(() => kernels.gemv(1, a, new kind(2) as FloatArray, 0, new kind(2)), "2×3");
        expectShapes(() => kernels.gemv(1, a, new kind(3) as FloatArray, 0, new kind(3)), "2×3");
      }
    });
  });

  triangularSuite(kernels, kind);

  test("an output with neither stride 1 is refused", () => {
    const c = view(kind, 2, 2, "both strides over 1", () => 0);
    const a = view(kind, 2, 2, "rows", () => 1);
    expect(() => kernels.gemm(1, a, a, 0, c)).toThrow(RangeError);
    expect(() => kernels.syrk(1, a, 0, c)).toThrow(RangeError);
  });

  test("background calls give the same bits as direct ones, also several at once", async () => {
    const uniform = seededUniform(1);
    const [m, n, k] = [190, 170, 210];
    const a = view(kind, m, k, "block of columns", uniform);
    const b = view(kind, k, n, "both strides over 1", uniform);
    const start = view(kind, m, Math.max(m, n), "rows", uniform);
    const again = () => ({ ...start, data: start.data.slice() });
    const [direct, background] = [again(), again()];
    const [directGram, backgroundGram] = [again(), again()];
    const [small, smallBackground] = [again(), again()];
    const [directTriangle, backgroundTriangle] = [again(), again()];
    const square = block(a, 0, 0, m, m);
    const corner = (c: Matrix<FloatArray>) => block(c, 1, 1, 2, 2);
    kernels.gemm(1.5, a, b, -0.5, block(direct, 0, 0, m, n));
    kernels.syrk(1.5, a, -0.5, block(directGram, 0, 0, m, m));
    kernels.gemm(1, block(a, 0, 0, 2, 3), block(b, 0, 0, 3, 2), 1, corner(small));
    kernels.trmm(square, block(directTriangle, 0, 0, m, n));
    await Promise.all([
      kernels.background.gemm(1.5, a, b, -0.5, block(background, 0, 0, m, n)),
      kernels.background.syrk(1.5, a, -0.5, block(backgroundGram, 0, 0, m, m)),
      kernels.background.gemm(1, block(a, 0, 0, 2, 3), block(b, 0, 0, 3, 2), 1, corner(smallBackground)),
      kernels.background.trmm(square, block(backgroundTriangle, 0, 0, m, n)),
    ]);
    expect(background.data).toEqual(direct.data);
    expect(backgroundGram.data).toEqual(directGram.data);
    expect(smallBackground.data).toEqual(small.data);
    expect(backgroundTriangle.data).toEqual(directTriangle.data);
  });

  test("a background call on shapes that do not fit rejects", async () => {
    const a = view(kind, 2, 3, "rows", () => 1);
    await expect(kernels.background.gemm(1, a, a, 0, a)).rejects.toThrow(/2×3/);
    await expect(kernels.background.syrk(1, a, 0, a)).rejects.toThrow(RangeError);
    await expect(kernels.background.trmm(a, a)).rejects.toThrow(RangeError);
  });
}

function expectShapes(call: () => void, ...shapes: string[]): void {
  expect(call).toThrow(RangeError);
  for (const shape of shapes) expect(call).toThrow(shape);
}
