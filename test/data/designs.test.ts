import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type GaussianDesign, givenCovariance, isotropic, powerLaw, spiked } from "../../src/data/designs.ts";
import { effectiveDimensions } from "../../src/data/effectiveDimension.ts";
import { InputError } from "../../src/inputError.ts";
import { entry, fromRows, type Matrix, matrix, setEntry, transpose } from "../../src/linalg/matrix.ts";
import { createStream } from "../../src/random/index.ts";
import { naiveKernels as kernels } from "../reference/naiveKernels.ts";

/** A random covariance of the given rank and scale, and its square root's rows. */
function wishart(dimension: number, rank: number, scale: number, seed: number): Matrix<Float64Array> {
  const factor = matrix(dimension, rank, createStream(seed).gaussians(new Float64Array(dimension * rank)));
  const covariance = matrix(dimension, dimension);
  kernels.gemm(scale, factor, transpose(factor), 0, covariance);
  return covariance;
}

describe("spectra", () => {
  it("are what they are called", () => {
    expect([...isotropic(3).eigenvalues]).toEqual([1, 1, 1]);
    expect([...powerLaw(4, 2).eigenvalues]).toEqual([1, 1 / 4, 1 / 9, 1 / 16]);
    expect([...powerLaw(2, 0).eigenvalues]).toEqual([1, 1]);
    expect([...spiked(4, 2, 10).eigenvalues]).toEqual([10, 10, 1, 1]);
    expect([...spiked(2, 0, 10).eigenvalues]).toEqual([1, 1]);
  });

  it("stand on the diagonal of the covariance", () => {
    const covariance = powerLaw(3, 1).covariance();
    expect([...covariance.data]).toEqual([1, 0, 0, 0, 1 / 2, 0, 0, 0, 1 / 3]);
  });

  it("of a given covariance are its eigenvalues, zeros where it is singular", () => {
    const shapes = fc.record({
      d: fc.integer({ min: 1, max: 6 }),
      rank: fc.integer({ min: 1, max: 6 }),
      seed: fc.nat(),
    });
    fc.assert(
      fc.property(shapes, fc.constantFrom(1, 1e-150, 1e150), ({ d, rank, seed }, scale) => {
        const covariance = wishart(d, rank, scale, seed);
        const design = givenCovariance(covariance, kernels);
        const expected = kernels.symmetricEigenvalues(covariance).reverse();
        const rounding = 10 * d * Number.EPSILON * expected[0];
        for (const [k, value] of design.eigenvalues.entries()) {
          expect(value).toBeGreaterThanOrEqual(0);
          expect(Math.abs(value - expected[k])).toBeLessThanOrEqual(rounding);
          if (k > 0) expect(value).toBeLessThanOrEqual(design.eigenvalues[k - 1]);
          if (k >= rank) expect(value).toBeLessThanOrEqual(rounding);
        }
      }),
    );
  });
});

describe("samples", () => {
  const covariance = fromRows([
    [2, 0.5, -1],
    [0.5, 1, 0.25],
    [-1, 0.25, 3],
  ]);
  // A matrix of rank 2 in 4 dimensions, too.
  const designs: Record<string, GaussianDesign> = {
    isotropic: isotropic(3),
    "power law": powerLaw(4, 1.5),
    spiked: spiked(4, 1, 20),
    "given covariance": givenCovariance(covariance, kernels),
    "given singular covariance": givenCovariance(wishart(4, 2, 1, 3), kernels),
  };

  it.each(Object.entries(designs))(
    "of the %s design have mean 0, covariance S and Gaussian fourth moments",
    (_, design) => {
      const n = 40_000;
      const { dimension } = design;
      const inputs = design.sample(n, createStream(17));
      expect([inputs.rows, inputs.columns]).toEqual([n, dimension]);
      const s = design.covariance();
      for (let a = 0; a < dimension; a++) {
        for (let b = 0; b <= a; b++) {
          let [mean, second, fourth] = [0, 0, 0];
          for (let i = 0; i < n; i++) {
            const product = entry(inputs, i, a) * entry(inputs, i, b);
            mean += entry(inputs, i, a) / n;
            second += product / n;
            fourth += product ** 2 / n;
          }
          const [saa, sbb, sab] = [entry(s, a, a), entry(s, b, b), entry(s, a, b)];
          // Isserlis: Var(x_a x_b) = s_aa s_bb + s_ab²; at most 96 s_aa² s_bb² for the square. Four standard errors.
          expect(Math.abs(mean)).toBeLessThan(4 * Math.sqrt(saa / n));
          expect(Math.abs(second - sab)).toBeLessThan(4 * Math.sqrt((saa * sbb + sab ** 2) / n));
          expect(Math.abs(fourth - saa * sbb - 2 * sab ** 2)).toBeLessThan(4 * saa * sbb * Math.sqrt(96 / n));
        }
      }
    },
  );

  it("come over the array given, the same as in a new one, and go on where a stream is", () => {
    const designs = [powerLaw(3, 1), givenCovariance(covariance, kernels)];
    for (const design of designs) {
      // around the rows that are scaled at once
      for (const n of [1, 15, 16, 17, 50]) {
        const out = new Float64Array(3 * n).fill(Number.NaN);
        const sample = design.sample(n, createStream(n), out);
        expect(sample.data).toBe(out);
        expect(sample).toEqual(design.sample(n, createStream(n)));
        const stream = createStream(n);
        const first = design.sample(1, stream);
        expect(first.data).toEqual(out.subarray(0, 3));
        expect(design.sample(n - 1, stream).data).toEqual(out.subarray(3));
      }
      expect(() => design.sample(2, createStream(1), new Float64Array(5))).toThrow(RangeError);
    }
  });

  it("of a diagonal covariance are Gaussians times the deviations", () => {
    const design = powerLaw(5, 1);
    const gaussians = createStream(2).gaussians(new Float64Array(5 * 40));
    const expected = gaussians.map((value, i) => value * Math.sqrt(design.eigenvalues[i % 5]));
    expect(design.sample(40, createStream(2)).data).toEqual(expected);
  });

  it("stay in the range of a singular covariance", () => {
    const inputs = givenCovariance(
      fromRows([
        [1, 2],
        [2, 4],
      ]),
      kernels,
    ).sample(50, createStream(1));
    // An eigenvalue that is zero up to rounding lets through its square root.
    const leak = 10 * Math.sqrt(2 * Number.EPSILON * 5);
    for (let i = 0; i < 50; i++)
      expect(Math.abs(entry(inputs, i, 1) - 2 * entry(inputs, i, 0))).toBeLessThan(leak);
  });

  it.each(Object.entries(designs))(
    "of the %s design are the same from the same stream, and may be none",
    (_, design) => {
      expect(design.sample(5, createStream(2))).toEqual(design.sample(5, createStream(2)));
      expect(design.sample(5, createStream(2))).not.toEqual(design.sample(5, createStream(3)));
      expect(design.sample(0, createStream(2))).toMatchObject({ rows: 0, columns: design.dimension });
    },
  );

  it("come with a covariance of their own", () => {
    const design = givenCovariance(covariance, kernels);
    design.covariance().data.fill(0);
    expect([...design.covariance().data]).toEqual([...covariance.data]);
  });
});

describe("designs refuse", () => {
  it("shapes that are none", () => {
    expect(() => isotropic(0)).toThrow(RangeError);
    expect(() => powerLaw(2.5, 1)).toThrow(RangeError);
    expect(() => powerLaw(2, -1)).toThrow(RangeError);
    expect(() => powerLaw(2, Number.NaN)).toThrow(RangeError);
    expect(() => spiked(3, 4, 10)).toThrow(RangeError);
    expect(() => spiked(3, 1, 0.5)).toThrow(RangeError);
  });

  it.each([
    ["not square", matrix(2, 3), /square/],
    ["empty", matrix(0, 0), /square/],
    [
      "not symmetric",
      fromRows([
        [1, 0.5],
        [0.4, 1],
      ]),
      /symmetric.*differ/,
    ],
    [
      "not finite",
      fromRows([
        [1, Number.NaN],
        [0, 1],
      ]),
      /finite entries, got NaN at \(0,1\)/,
    ],
    [
      "indefinite",
      fromRows([
        [1, 2],
        [2, 1],
      ]),
      /positive semidefinite.*eigenvalue -/,
    ],
  ])("a covariance that is %s", (_, covariance, message) => {
    const build = () => givenCovariance(covariance, kernels);
    expect(build).toThrow(InputError);
    expect(build).toThrow(message);
  });
});

describe("effective dimensions", () => {
  const spectra = fc.array(fc.double({ min: 1e-3, max: 1, noNaN: true }), { minLength: 1, maxLength: 12 });

  it("are the ratios of traces", () => {
    fc.assert(
      fc.property(spectra, (spectrum) => {
        const s = matrix(spectrum.length, spectrum.length);
        for (const [k, value] of spectrum.entries()) setEntry(s, k, k, value);
        const power = (exponent: number) => spectrum.reduce((sum, value) => sum + value ** exponent, 0);
        const found = effectiveDimensions(spectrum);
        expect(found.traceSquaredOverFrobenius / (power(1) ** 2 / power(2))).toBeCloseTo(1, 12);
        expect(found.traceOverNorm / (power(1) / Math.max(...spectrum))).toBeCloseTo(1, 12);
        expect(found.secondOrder / (power(2) ** 2 / power(4))).toBeCloseTo(1, 12);
      }),
    );
  });

  it("lie between 1 and d, and do not change with scale, order or zeros, however tiny or huge", () => {
    fc.assert(
      fc.property(spectra, fc.constantFrom(2 ** -1000, 2 ** 1000), (spectrum, scale) => {
        const found = effectiveDimensions(spectrum);
        for (const value of Object.values(found)) {
          expect(value).toBeGreaterThanOrEqual(1 - 1e-14);
          expect(value).toBeLessThanOrEqual(spectrum.length * (1 + 1e-14));
        }
        const moved = effectiveDimensions([0, ...spectrum.toReversed().map((value) => value * scale)]);
        for (const [name, value] of Object.entries(moved)) {
          expect(value / found[name as keyof typeof found]).toBeCloseTo(1, 13);
        }
      }),
    );
  });

  it("of d equal eigenvalues are d, of one are 1", () => {
    const same = { traceSquaredOverFrobenius: 5, traceOverNorm: 5, secondOrder: 5 };
    expect(effectiveDimensions(new Float64Array(5).fill(5e-324))).toEqual(same);
    expect(effectiveDimensions([1e308, 1e-308])).toEqual({
      traceSquaredOverFrobenius: 1,
      traceOverNorm: 1,
      secondOrder: 1,
    });
  });

  it.each([[[]], [[0, 0]], [[1, -1]], [[1, Number.NaN]], [[Infinity]]])("refuse %j", (spectrum) => {
    expect(() => effectiveDimensions(spectrum)).toThrow(RangeError);
  });
});
