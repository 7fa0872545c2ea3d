import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { pad } from "../../../src/models/network/operations/pad.ts";
import { slice } from "../../../src/models/network/operations/slice.ts";
import { sizeOf } from "../../../src/models/network/shape.ts";
import { createStream } from "../../../src/random/index.ts";
import { runNode } from "./oneNode.ts";
import { checkRule } from "./ruleChecks.ts";

const axis = fc.record({
  length: fc.integer({ min: 1, max: 3 }),
  before: fc.integer({ min: 0, max: 2 }),
  after: fc.integer({ min: 0, max: 2 }),
});

describe("pad", () => {
  it("is undone by slices, adds nothing but zeros, and obeys the laws of a rule", () => {
    fc.assert(
      fc.property(
        fc.array(axis, { minLength: 1, maxLength: 3 }),
        fc.integer({ min: 1, max: 3 }),
        fc.nat(),
        (axes, count, seed) => {
          const stream = createStream(seed);
          const shape = axes.map(({ length }) => length);
          const [before, after] = [axes.map((each) => each.before), axes.map((each) => each.after)];
          const operation = pad({ before, after });
          checkRule({ operation, inputs: [shape], count, stream });

          const x = stream.gaussians(new Float64Array(count * sizeOf(shape)));
          const padded = runNode({ operation, inputs: [[shape, x]] });
          const absolute = (values: ArrayLike<number>) =>
            Array.from(values).reduce((sum, value) => sum + Math.abs(value), 0);
          expect(absolute(padded.point.output)).toBeCloseTo(absolute(x), 12);
          let inside = { shape: padded.shape, values: padded.point.output };
          for (const [k, { length }] of axes.entries()) {
            const cut = slice({ axis: k, start: before[k], end: before[k] + length });
            const part = runNode({ operation: cut, inputs: [[inside.shape, inside.values]] });
            inside = { shape: part.shape, values: part.point.output };
          }
          expect(inside.shape).toEqual(shape);
          expect(inside.values).toEqual(x);
        },
      ),
      { numRuns: 60 },
    );
  });

  it("takes a count for each side of each axis", () => {
    expect(() => pad({ before: [1], after: [0] }).outputShape([[2, 3]], [])).toThrow(
      /counts of at least 0 for each axis of an input of shape 2×3, got 1 before and 0 after/,
    );
    expect(() => pad({ before: [-1], after: [0] }).outputShape([[2]], [])).toThrow(/got -1 before/);
  });
});
