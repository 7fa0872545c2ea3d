import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { embedding } from "../../../src/models/network/operations/embedding.ts";
import { sizeOf } from "../../../src/models/network/shape.ts";
import { createStream } from "../../../src/random/index.ts";
import { runNode } from "./oneNode.ts";
import { checkRule } from "./ruleChecks.ts";

const settings = fc.record({
  shape: fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 2 }),
  vocabulary: fc.integer({ min: 1, max: 5 }),
  width: fc.integer({ min: 1, max: 3 }),
  count: fc.integer({ min: 1, max: 3 }),
  seed: fc.nat(),
});

describe("embedding", () => {
  it("obeys the laws of a rule, with an explicit share", () => {
    fc.assert(
      fc.property(settings, ({ shape, vocabulary, width, count, seed }) => {
        checkRule({
          operation: embedding(),
          inputs: [shape],
          parameters: [[vocabulary, width]],
          count,
          stream: createStream(seed),
          draw: (_, length, stream) => Float64Array.from({ length }, () => stream.integer(vocabulary)),
          fixed: [0],
        });
      }),
      { numRuns: 60 },
    );
  });

  it.each(["float64", "float32"] as const)("copies the rows that the indices name, in %s", (precision) => {
    fc.assert(
      fc.property(settings, ({ shape, vocabulary, width, count, seed }) => {
        const stream = createStream(seed);
        const table = Float32Array.from({ length: vocabulary * width }, () => stream.gaussian());
        const indices = Array.from({ length: count * sizeOf(shape) }, () => stream.integer(vocabulary));
        const node = runNode({
          operation: embedding(),
          inputs: [[shape, indices]],
          parameters: [[[vocabulary, width], table]],
          precision,
        });
        expect(node.shape).toEqual([...shape, width]);
        const rows = indices.flatMap((index) => [...table.subarray(index * width, (index + 1) * width)]);
        expect([...node.point.output]).toEqual(rows);
      }),
      { numRuns: 30 },
    );
  });

  it("adds up a frequent token's gradient in float64", () => {
    const length = 2 ** 16 + 1;
    const { rule, point, array } = runNode({
      operation: embedding(),
      inputs: [[[length], new Float64Array(length).fill(1)]],
      parameters: [
        [
          [2, 1],
          [0, 0],
        ],
      ],
      precision: "float32",
    });
    const cotangent = new Float64Array(length).fill(2 ** -24);
    cotangent[length - 1] = 1;
    const gradient = array([5, 0]);
    rule.parameterVjp!(point, array(cotangent), 1, [gradient]);
    expect([...gradient]).toEqual([5, 1 + 2 ** -8]);
  });

  it("names an index that is not in the vocabulary", () => {
    const look = (index: number) => () =>
      runNode({
        operation: embedding(),
        inputs: [[[2], [0, index]]],
        parameters: [
          [
            [3, 1],
            [1, 2, 3],
          ],
        ],
      });
    const message = (index: string) =>
      `embedding: expected indices between 0 and 2 (a vocabulary of 3), got ${index}; check the data's encoding`;
    expect(look(3)).toThrow(message("3"));
    expect(look(-1)).toThrow(message("-1"));
    expect(look(0.5)).toThrow(message("0.5"));
    expect(look(Number.NaN)).toThrow(message("NaN"));
    expect(look(2)).not.toThrow();
    expect(() => embedding().outputShape([[2]], [[3]])).toThrow(/a table of vocabulary×features, got 3/);
  });
});
