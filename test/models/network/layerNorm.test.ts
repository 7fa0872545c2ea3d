import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { graphBuilder } from "../../../src/models/network/graph.ts";
import { layerNorm } from "../../../src/models/network/operations/layerNorm.ts";
import { sizeOf } from "../../../src/models/network/shape.ts";
import { createStream } from "../../../src/random/index.ts";
import type { RandomStream } from "../../../src/random/stream.ts";
import { expectClose } from "../laws.ts";
import { runNode } from "./oneNode.ts";
import { checkRule } from "./ruleChecks.ts";

const small = fc.integer({ min: 1, max: 4 });
const settings = fc
  .record({
    leading: fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 2 }),
    normalised: fc.array(small, { minLength: 1, maxLength: 2 }),
    affine: fc.boolean(),
    count: fc.integer({ min: 1, max: 3 }),
    seed: fc.nat(),
  })
  .map(({ leading, ...rest }) => ({ shape: [...leading, ...rest.normalised], ...rest }));

/** Values no two of which are near each other, so that rows do not bend faster than a finite difference sees. */
const spread = (_input: number, length: number, stream: RandomStream) => {
  const noise = stream.gaussians(new Float64Array(length), 0.1);
  const order = stream.permutation(length);
  return noise.map((value, i) => value + order[i]);
};
const constantRows = (width: number) => (_input: number, length: number, stream: RandomStream) => {
  const rows = stream.gaussians(new Float64Array(length));
  return rows.map((_, i) => rows[Math.floor(i / width)]);
};

describe("layerNorm", () => {
  it("obeys the laws of a rule", () => {
    fc.assert(
      fc.property(settings, fc.constantFrom(1e-5, 0.1), (test, epsilon) => {
        const { shape, normalised, affine, count, seed } = test;
        // two standardised numbers are ±1 but for epsilon: what is left of their derivative has cancelled
        const own = sizeOf(normalised) === 2 ? 0.1 : epsilon;
        checkRule({
          operation: layerNorm({ axes: normalised.length, epsilon: own, affine }),
          inputs: [shape],
          parameters: affine ? [normalised, normalised] : [],
          count,
          stream: createStream(seed),
          draw: spread,
        });
      }),
      { numRuns: 80 },
    );
  });

  it("obeys them on rows without variance, where epsilon alone decides", () => {
    fc.assert(
      fc.property(settings, ({ shape, normalised, affine, count, seed }) => {
        checkRule({
          operation: layerNorm({ axes: normalised.length, epsilon: 0.5, affine }),
          inputs: [shape],
          parameters: affine ? [normalised, normalised] : [],
          count,
          stream: createStream(seed),
          draw: constantRows(sizeOf(normalised)),
        });
      }),
      { numRuns: 30 },
    );
  });

  it.each([
    ["float64", 1e-14],
    ["float32", 1e-6],
  ] as const)("standardises each position, then scales and shifts, in %s", (precision, tolerance) => {
    fc.assert(
      fc.property(settings, ({ shape, normalised, affine, count, seed }) => {
        const stream = createStream(seed);
        const draw = (length: number) => Float32Array.from(stream.gaussians(new Float64Array(length)));
        const width = sizeOf(normalised);
        const [x, scale, shift] = [draw(count * sizeOf(shape)), draw(width), draw(width)];
        const { point } = runNode({
          operation: layerNorm({ axes: normalised.length, affine }),
          inputs: [[shape, x]],
          parameters: affine
            ? [
                [normalised, scale],
                [normalised, shift],
              ]
            : [],
          precision,
        });
        for (const [k, value] of point.output.entries()) {
          const start = k - (k % width);
          const row = [...x.subarray(start, start + width)];
          const mean = row.reduce((sum, v) => sum + v, 0) / width;
          const variance = row.reduce((sum, v) => sum + (v - mean) ** 2, 0) / width;
          const standardised = (x[k] - mean) / Math.sqrt(variance + 1e-5);
          const expected = affine ? scale[k % width] * standardised + shift[k % width] : standardised;
          // a row of nearly one value loses digits to the subtraction of its mean
          const reach = 2 + Math.max(...row.map(Math.abs)) / Math.sqrt(variance + 1e-5);
          const slope = affine ? Math.abs(scale[k % width]) + Math.abs(shift[k % width]) : 1;
          expectClose(value, expected, tolerance * reach * slope, `y[${k}]`);
        }
      }),
      { numRuns: 60 },
    );
  });

  it("gives 0 and a finite derivative where a row is constant", () => {
    for (const precision of ["float64", "float32"] as const) {
      const { rule, point, array } = runNode({
        operation: layerNorm({ affine: false }),
        inputs: [[[4], [0.1, 0.1, 0.1, 0.1, -7, -7, -7, -7]]],
        precision,
      });
      for (const value of point.output) expectClose(value, 0, 1e-13, "y");
      const out = array(new Float64Array(8));
      rule.jvp(point, { inputs: [array([1, 0, 0, 0, 0, 0, 0, 2])], parameters: undefined }, out);
      const unit = 1 / Math.sqrt(1e-5);
      const expected = [0.75, -0.25, -0.25, -0.25, -0.5, -0.5, -0.5, 1.5];
      const tolerance = precision === "float64" ? 1e-11 : 1e-4;
      for (const [k, value] of expected.entries()) expectClose(out[k], value * unit, tolerance, `jvp[${k}]`);
    }
  });

  it("takes its statistics in float64 from float32 arrays", () => {
    // a mean of 2^20 and a deviation of 1 in rows of 4096: sums of squares in float32 would lose all of it
    const x = Float32Array.from({ length: 4096 }, (_, i) => 2 ** 20 + (i % 2 === 0 ? 1 : -1));
    const { point } = runNode({
      operation: layerNorm({ epsilon: 0, affine: false }),
      inputs: [[[4096], x]],
      precision: "float32",
    });
    for (const [k, value] of point.output.entries()) expect(value).toBe(k % 2 === 0 ? 1 : -1);
  });

  it("says what does not fit", () => {
    expect(() => layerNorm({ axes: 3 }).outputShape([[4, 5]], [])).toThrow(
      "layerNorm: expected an input of at least 3 axes, got shape 4×5",
    );
    expect(() => layerNorm().outputShape([[4, 5]], [[4], [4]])).toThrow(
      "layerNorm: expected a scale and a shift of shape 5, got 4",
    );
    expect(() => layerNorm({ axes: 0 }).outputShape([[5]], [])).toThrow(
      "layerNorm: expected axes to be a whole number of at least 1, got 0",
    );
    expect(() => layerNorm({ epsilon: -1 }).outputShape([[5]], [])).toThrow(
      "layerNorm: expected an epsilon of at least 0, got -1",
    );
    const g = graphBuilder([5]);
    const norm = [g.parameter("γ", [5], "scale"), g.parameter("β", [5], "bias")];
    expect(() => g.apply(layerNorm({ affine: false }), [g.input], norm)).toThrow(
      "layerNorm: expected 1 inputs and 0 parameters, got 1 and 2",
    );
    expect(() => g.apply(layerNorm(), [g.input], norm.slice(1))).toThrow(RangeError);
  });
});
