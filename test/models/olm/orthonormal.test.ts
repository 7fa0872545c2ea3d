import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { entry, transpose } from "../../../src/linalg/matrix.ts";
import { innerProducts } from "../../../src/models/innerProducts.ts";
import { randomOrthonormal } from "../../../src/models/olm/orthonormal.ts";
import { createStream } from "../../../src/random/index.ts";
import { naiveKernels as kernels } from "../../reference/naiveKernels.ts";

describe("random orthonormal columns", () => {
  it("are orthonormal to rounding, square ones too", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 12 }), fc.nat({ max: 6 }), fc.nat(), (columns, extra, seed) => {
        const q = randomOrthonormal(columns + extra, columns, createStream(seed), kernels);
        const products = innerProducts(transpose(q), kernels);
        for (let i = 0; i < columns; i++) {
          for (let j = 0; j < columns; j++) {
            const off = Math.abs(entry(products, i, j) - (i === j ? 1 : 0));
            expect(off).toBeLessThan(20 * columns * Number.EPSILON);
          }
        }
      }),
    );
  });

  it("are uniform: entries have mean 0, variance 1/rows and the fourth moment of a sphere", () => {
    const [rows, draws] = [4, 4000];
    const entries = Array.from({ length: draws }, (_, k) => {
      const q = randomOrthonormal(rows, 2, createStream(1).split(k), kernels);
      return entry(q, 3, 1);
    });
    const moment = (power: number) => entries.reduce((sum, value) => sum + value ** power, 0) / draws;
    // On the unit sphere of R⁴: E q² = 1/4, E q⁴ = 3/24, E q⁸ = 105/1920; tolerances are four standard errors.
    expect(Math.abs(moment(1))).toBeLessThan(4 * Math.sqrt(1 / 4 / draws));
    expect(Math.abs(moment(2) - 1 / 4)).toBeLessThan(4 * Math.sqrt((3 / 24 - 1 / 16) / draws));
    expect(Math.abs(moment(4) - 3 / 24)).toBeLessThan(4 * Math.sqrt((105 / 1920 - 1 / 64) / draws));
  });

  it("do not fit in fewer rows", () => {
    expect(() => randomOrthonormal(2, 3, createStream(1), kernels)).toThrow(RangeError);
  });
});
