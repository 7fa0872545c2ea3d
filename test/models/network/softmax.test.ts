import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { softmax } from "../../../src/models/network/operations/softmax.ts";
import { sizeOf } from "../../../src/models/network/shape.ts";
import { createStream } from "../../../src/random/index.ts";
import { expectClose } from "../laws.ts";
import { runNode } from "./oneNode.ts";
import { checkRule } from "./ruleChecks.ts";

const settings = fc
  .record({
    shape: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 3 }),
    count: fc.integer({ min: 1, max: 3 }),
    place: fc.nat(),
    seed: fc.nat(),
  })
  .map(({ place, ...rest }) => ({ axis: place % rest.shape.length, ...rest }));

describe("softmax", () => {
  it("obeys the laws of a rule along any axis", () => {
    fc.assert(
      fc.property(settings, ({ shape, axis, count, seed }) => {
        checkRule({ operation: softmax(axis), inputs: [shape], count, stream: createStream(seed) });
      }),
      { numRuns: 60 },
    );
  });

  it.each([
    ["float64", 1e-15],
    ["float32", 2e-7],
  ] as const)("is exp(x)/Σ exp(x) along its axis, at any offset, in %s", (precision, tolerance) => {
    const offsets = fc.constantFrom(0, 1024, -65536);
    fc.assert(
      fc.property(settings, offsets, ({ shape, axis, count, seed }, offset) => {
        const stream = createStream(seed);
        // sixteenths stay exact beside the offset in float32
        const x = Float64Array.from({ length: count * sizeOf(shape) }, () => (stream.integer(97) - 48) / 16);
        const inputs = [[shape, x.map((value) => value + offset)]] as const;
        const { point } = runNode({ operation: softmax(axis), inputs, precision });
        const stride = sizeOf(shape.slice(axis + 1));
        const block = stride * shape[axis];
        for (const [k, value] of point.output.entries()) {
          const first = Math.floor(k / block) * block + (k % stride);
          let sum = 0;
          for (let i = first; i < first + block; i += stride) sum += Math.exp(x[i]);
          const expected = Math.exp(x[k]) / sum;
          expectClose(value, expected, 4 * tolerance * expected, `y[${k}]`);
        }
      }),
      { numRuns: 60 },
    );
  });

  it("stays exact for huge entries and gives masked ones nothing", () => {
    const minus = Number.NEGATIVE_INFINITY;
    const x = [1e308, 1e308, 0, 0, minus, Math.log(3), -1e4, minus, minus];
    const { rule, point } = runNode({ operation: softmax(), inputs: [[[3, 3], x]] });
    const expected = [0.5, 0.5, 0, 0.25, 0, 0.75, 1, 0, 0];
    for (const [k, value] of expected.entries()) expectClose(point.output[k], value, 2e-16, `y[${k}]`);
    const along = Float64Array.from(x, (_, k) => k + 1);
    const out = new Float64Array(9);
    rule.jvp(point, { inputs: [along], parameters: undefined }, out);
    const slopes = [-0.25, 0.25, 0, -0.375, 0, 0.375, 0, 0, 0];
    for (const [k, value] of slopes.entries()) expectClose(out[k], value, 1e-15, `jvp[${k}]`);
    const curved = new Float64Array(9);
    rule.curvature!(point, { inputs: [along], parameters: undefined }, along, [curved]);
    expect(curved.every(Number.isFinite)).toBe(true);
  });

  it("takes the last axis unless told, and only one that there is", () => {
    const { point } = runNode({
      operation: softmax(),
      inputs: [
        [
          [2, 1],
          [3, 5],
        ],
      ],
    });
    expect([...point.output]).toEqual([1, 1]);
    expect(() => softmax(2).outputShape([[4, 5]], [])).toThrow(/axes between 0 and 1 .* got 2/);
    expect(() => softmax().outputShape([[]], [])).toThrow(/got -1/);
  });
});
