import fc from "fast-check";
import { expect, test } from "vitest";
import { type Dataset, subset } from "../../../src/data/dataset/dataset.ts";
import { oneHot, signs } from "../../../src/data/dataset/targets.ts";
import { InputError } from "../../../src/inputError.ts";

const labels = fc.integer({ min: 2, max: 5 }).chain((classes) =>
  fc.record({
    classes: fc.constant(classes),
    indices: fc
      .array(fc.nat(classes - 1), { minLength: 1, maxLength: 10 })
      .map((list) => Int32Array.from(list)),
  }),
);

test("one-hot rows and signs", () => {
  fc.assert(
    fc.property(labels, ({ indices, classes }) => {
      const rows = Array.from(indices, (label) =>
        Array.from({ length: classes }, (_, c) => (c === label ? 1 : 0)),
      );
      expect(oneHot({ indices, classes })).toEqual({
        values: Float64Array.from(rows.flat()),
        outputs: classes,
      });
      const expected = Float64Array.from(indices, (label) => (label === 0 ? 1 : -1));
      expect(signs({ indices, classes })).toEqual({ values: expected, outputs: 1 });
    }),
  );
  expect(() => signs({ indices: Int32Array.of(0), classes: 1 })).toThrow(InputError);
});

const dataset: Dataset = {
  name: "d",
  count: 3,
  available: 9,
  inputShape: [1, 2],
  inputs: Float32Array.of(0, 1, 10, 11, 20, 21),
  labels: { indices: Int32Array.of(5, 6, 7), classes: 8 },
  targets: { values: Float64Array.of(0, 0.5, 1, 1.5, 2, 2.5), outputs: 2 },
};

test("a subset takes everything of its samples, in its order, as copies", () => {
  const part = subset(dataset, Int32Array.of(2, 0, 2, 1));
  expect(part).toEqual({
    name: "d, 4 of them",
    count: 4,
    available: 9,
    inputShape: [1, 2],
    inputs: Float32Array.of(20, 21, 0, 1, 20, 21, 10, 11),
    labels: { indices: Int32Array.of(7, 5, 7, 6), classes: 8 },
    targets: { values: Float64Array.of(2, 2.5, 0, 0.5, 2, 2.5, 1, 1.5), outputs: 2 },
  });
  part.inputs.fill(-1);
  expect(dataset.inputs[4]).toBe(20);
});

test.each([[[]], [[3]], [[-1]], [[0.5]], [[Number.NaN]]])("a subset of %o is a RangeError", (indices) => {
  expect(() => subset(dataset, indices)).toThrow(RangeError);
});
