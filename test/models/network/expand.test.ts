import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { expand } from "../../../src/models/network/operations/expand.ts";
import { createStream } from "../../../src/random/index.ts";
import { runNode } from "./oneNode.ts";
import { checkRule } from "./ruleChecks.ts";

describe("expand", () => {
  it("obeys the laws of a rule", () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ length: fc.integer({ min: 1, max: 3 }), one: fc.boolean() }), { maxLength: 3 }),
        fc.nat({ max: 3 }),
        fc.integer({ min: 1, max: 3 }),
        fc.nat(),
        (axes, missing, count, seed) => {
          const shape = axes.map(({ length }) => length);
          const input = axes.map(({ length, one }) => (one ? 1 : length)).slice(missing);
          checkRule({ operation: expand(shape), inputs: [input], count, stream: createStream(seed) });
        },
      ),
      { numRuns: 60 },
    );
  });

  it("repeats each sample by itself", () => {
    const { shape, point } = runNode({
      operation: expand([2, 2]),
      inputs: [
        [
          [2, 1],
          [1, 2, 3, 4],
        ],
      ],
    });
    expect(shape).toEqual([2, 2]);
    expect([...point.output]).toEqual([1, 1, 2, 2, 3, 3, 4, 4]);
  });

  it("only stretches axes of length 1", () => {
    for (const [input, shape] of [
      [[2], [3]],
      [[1, 3], [3]],
    ]) {
      expect(() => expand(shape).outputShape([input], [])).toThrow(/expected an input that broadcasts to 3/);
    }
  });
});
