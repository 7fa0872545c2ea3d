import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { plainVectorMath } from "../../../src/linalg/plainVectorMath.ts";
import type { Operation } from "../../../src/models/network/operation.ts";
import { concat } from "../../../src/models/network/operations/concat.ts";
import { slice } from "../../../src/models/network/operations/slice.ts";
import { type Shape, sizeOf } from "../../../src/models/network/shape.ts";
import { createStream } from "../../../src/random/index.ts";
import { naiveKernels } from "../../reference/naiveKernels.ts";
import { checkRule } from "./ruleChecks.ts";

const lengths = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 3 });

function forward(operation: Operation, shapes: readonly Shape[], inputs: Float64Array[], count: number) {
  const context = {
    kernels: naiveKernels,
    math: plainVectorMath,
    precision: "float64" as const,
    capacity: count,
  };
  const output = new Float64Array(count * sizeOf(operation.outputShape(shapes, []))).fill(Number.NaN);
  operation.bind(shapes, [], context).forward({ count, inputs, parameters: [], output });
  return output;
}

describe("concat", () => {
  it("is undone by slices, and obeys the laws of a rule", () => {
    fc.assert(
      fc.property(
        lengths,
        fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 3 }),
        fc.integer({ min: 1, max: 3 }),
        fc.nat(),
        (shape, along, count, seed) => {
          const stream = createStream(seed);
          const axis = stream.integer(shape.length);
          const inputs = along.map((length) => shape.with(axis, length));
          checkRule({ operation: concat(axis), inputs, count, stream });

          const parts = inputs.map((input) => stream.gaussians(new Float64Array(count * sizeOf(input))));
          const whole = concat(axis).outputShape(inputs, []);
          const joined = forward(concat(axis), inputs, parts, count);
          let start = 0;
          for (const [k, part] of parts.entries()) {
            const end = start + along[k];
            expect(forward(slice({ axis, start, end }), [whole], [joined], count)).toEqual(part);
            start = end;
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it("joins sample by sample", () => {
    const joined = forward(concat(0), [[1], [2]], [Float64Array.of(1, 2), Float64Array.of(3, 4, 5, 6)], 2);
    expect([...joined]).toEqual([1, 3, 4, 2, 5, 6]);
  });

  it("says which shapes it got", () => {
    const message = "concat: expected shapes that agree but for axis 0, got 2×3, 4×5";
    expect(() =>
      concat(0).outputShape(
        [
          [2, 3],
          [4, 5],
        ],
        [],
      ),
    ).toThrow(message);
    expect(() => concat(0).outputShape([[2, 3], [6]], [])).toThrow(/got 2×3, 6/);
    expect(() =>
      concat(2).outputShape(
        [
          [2, 3],
          [2, 3],
        ],
        [],
      ),
    ).toThrow(/agree but for axis 2/);
  });
});

describe("slice", () => {
  it("takes every step-th index, and obeys the laws of a rule", () => {
    fc.assert(
      fc.property(lengths, fc.integer({ min: 1, max: 3 }), fc.nat(), (shape, count, seed) => {
        const stream = createStream(seed);
        const axis = stream.integer(shape.length);
        const start = stream.integer(shape[axis]);
        const end = start + 1 + stream.integer(shape[axis] - start);
        const step = 1 + stream.integer(3);
        const operation = slice({ axis, start, end, step });
        checkRule({ operation, inputs: [shape], count, stream });

        // the index along the axis, written at each of its places
        const inner = sizeOf(shape.slice(axis + 1));
        const index = Float64Array.from(
          { length: sizeOf(shape) },
          (_, k) => Math.floor(k / inner) % shape[axis],
        );
        const taken = new Set(forward(operation, [shape], [index], 1));
        const expected = [];
        for (let k = start; k < end; k += step) expected.push(k);
        expect([...taken]).toEqual(expected);
        expect(operation.outputShape([shape], [])).toEqual(shape.with(axis, expected.length));
      }),
      { numRuns: 60 },
    );
  });

  it("says which indices do not fit", () => {
    const message =
      "slice: expected indices of an axis of 2×3 in rising order, got 1 to 4 in steps of 1 on axis 1";
    expect(() => slice({ axis: 1, start: 1, end: 4 }).outputShape([[2, 3]], [])).toThrow(message);
    for (const wrong of [
      { axis: 2, start: 0, end: 1 },
      { axis: 0, start: 1, end: 1 },
      { axis: 0, start: -1, end: 1 },
      { axis: 0, start: 0, end: 1, step: 0 },
      { axis: 0, start: 0, end: 0.5 },
    ]) {
      expect(() => slice(wrong).outputShape([[2, 3]], [])).toThrow(/expected indices of an axis of 2×3/);
    }
  });
});
