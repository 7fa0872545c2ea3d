import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { dense } from "../../../src/models/network/operations/dense.ts";
import { createStream } from "../../../src/random/index.ts";
import { checkRule } from "./ruleChecks.ts";

describe("dense", () => {
  it("obeys the laws of a rule, with and without bias, on one position and on several", () => {
    fc.assert(
      fc.property(
        fc.record({
          positions: fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 2 }),
          width: fc.integer({ min: 1, max: 5 }),
          out: fc.integer({ min: 1, max: 4 }),
          count: fc.integer({ min: 1, max: 4 }),
          bias: fc.boolean(),
          seed: fc.nat(),
        }),
        ({ positions, width, out, count, bias, seed }) => {
          checkRule({
            operation: dense({ bias }),
            inputs: [[...positions, width]],
            parameters: bias ? [[out, width], [out]] : [[out, width]],
            count,
            stream: createStream(seed),
          });
        },
      ),
      { numRuns: 60 },
    );
  });

  it("names the width it expects", () => {
    expect(() => dense().outputShape([[3]], [[2, 4], [2]])).toThrow(/expected inputs with 4 features/);
  });

  it("refuses weights that are no matrix", () => {
    for (const weight of [[4], [2, 4, 1]]) {
      expect(() => dense({ bias: false }).outputShape([[4]], [weight])).toThrow(
        "dense: expected weights of shape out×in, got",
      );
    }
  });

  it("refuses a bias of another length than the output", () => {
    expect(() => dense().outputShape([[4]], [[6, 4], [3]])).toThrow(
      "dense: expected a bias of shape 6, got 3",
    );
  });
});
