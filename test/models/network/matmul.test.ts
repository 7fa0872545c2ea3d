import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { matmul } from "../../../src/models/network/operations/matmul.ts";
import { sizeOf } from "../../../src/models/network/shape.ts";
import { createStream } from "../../../src/random/index.ts";
import { expectClose } from "../laws.ts";
import { runNode } from "./oneNode.ts";
import { checkRule } from "./ruleChecks.ts";

const small = fc.integer({ min: 1, max: 4 });
const settings = fc.record({
  leading: fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 2 }),
  rows: small,
  inner: small,
  columns: small,
  transposeRight: fc.boolean(),
  count: fc.integer({ min: 1, max: 3 }),
  seed: fc.nat(),
});

describe("matmul", () => {
  it("obeys the laws of a rule", () => {
    fc.assert(
      fc.property(settings, ({ leading, rows, inner, columns, transposeRight, count, seed }) => {
        const right = transposeRight ? [columns, inner] : [inner, columns];
        checkRule({
          operation: matmul({ transposeRight }),
          inputs: [
            [...leading, rows, inner],
            [...leading, ...right],
          ],
          count,
          stream: createStream(seed),
        });
      }),
      { numRuns: 60 },
    );
  });

  it.each([
    ["float64", 1e-15],
    ["float32", 1e-6],
  ] as const)("multiplies matrix by matrix, in %s", (precision, tolerance) => {
    fc.assert(
      fc.property(settings, ({ leading, rows, inner, columns, transposeRight, count, seed }) => {
        const stream = createStream(seed);
        const stack = count * sizeOf(leading);
        const a = Float32Array.from(stream.gaussians(new Float64Array(stack * rows * inner)));
        const b = Float32Array.from(stream.gaussians(new Float64Array(stack * inner * columns)));
        const right = transposeRight ? [columns, inner] : [inner, columns];
        const { shape, point } = runNode({
          operation: matmul({ transposeRight }),
          inputs: [
            [[...leading, rows, inner], a],
            [[...leading, ...right], b],
          ],
          precision,
        });
        expect(shape).toEqual([...leading, rows, columns]);
        for (const [place, value] of point.output.entries()) {
          const k = Math.floor(place / (rows * columns));
          const [i, j] = [Math.floor(place / columns) % rows, place % columns];
          let [sum, reach] = [0, 0];
          for (let l = 0; l < inner; l++) {
            const from = transposeRight ? (k * columns + j) * inner + l : (k * inner + l) * columns + j;
            const term = a[(k * rows + i) * inner + l] * b[from];
            sum += term;
            reach += Math.abs(term);
          }
          expectClose(value, sum, tolerance * reach, `y[${place}]`);
        }
      }),
      { numRuns: 40 },
    );
  });

  it("says what does not multiply", () => {
    const shape = (a: number[], b: number[], transposeRight = false) => {
      return () => matmul({ transposeRight }).outputShape([a, b], []);
    };
    expect(shape([2, 3], [2, 3])).toThrow(
      "matmul: expected two stacks of matrices that multiply, got 2×3 and 2×3",
    );
    expect(shape([2, 3], [3, 2], true)).toThrow(/after transposing the right one, got 2×3 and 3×2/);
    expect(shape([4, 2, 3], [5, 3, 2])).toThrow(/got 4×2×3 and 5×3×2/);
    expect(shape([3], [3])).toThrow(/got 3 and 3/);
  });
});
