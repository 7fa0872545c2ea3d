import { describe, expect, test } from "vitest";
import { doubles, int, int64s, ints, node, tensor } from "../onnxFile.ts";
import { expectNumbers, run, turned, w, x } from "../onnxOutputs.ts";

describe("shapes and parts", () => {
  test("Reshape keeps lengths by 0 and fills one by −1", async () => {
    const { shape } = await run(
      {
        input: ["n", 2, 3, 4],
        nodes: [node("Reshape", ["x", "s"])],
        tensors: [int64s("s", [0, 0, -1, 2])],
      },
      w.concat(w),
    );
    expect(shape).toEqual([2, 6, 2]);
  });

  test("a shape that is computed from the input's", async () => {
    const nodes = [
      node("Shape", ["x"], "s"),
      node("Gather", ["s", "first"], "n"),
      node("Unsqueeze", ["n", "zero"], "u"),
      node("Concat", ["u", "rest"], "t", { axis: int(0) }),
      node("Cast", ["t"], "i", { to: int(7) }),
      node("Reshape", ["x", "i"], "m"),
      node("Transpose", ["m"], "z", { perm: ints(0, 2, 1) }),
      node("Flatten", ["z"]),
    ];
    const tensors = [int64s("first", [0], []), int64s("zero", [0]), int64s("rest", [2, -1])];
    expectNumbers((await run({ nodes, tensors })).values, turned(x, 2));
  });

  test.each([
    { what: "halves by an attribute", opset: 11, more: { split: ints(1, 3) }, inputs: ["x"], sizes: [1, 3] },
    { what: "halves by an input", opset: 13, more: {}, inputs: ["x", "s"], sizes: [1, 3] },
    { what: "equal halves", opset: 13, more: {}, inputs: ["x"], sizes: [2, 2] },
    { what: "as many as said", opset: 18, more: { num_outputs: int(2) }, inputs: ["x"], sizes: [2, 2] },
  ])("Split into $what", async ({ opset, more, inputs, sizes }) => {
    const nodes = [
      node("Split", inputs, ["a", "b"], { axis: int(-1), ...more }),
      node("Concat", ["b", "a"], "y", { axis: int(1) }),
    ];
    const { values } = await run({ opset, nodes, tensors: [int64s("s", [1, 3])] });
    expectNumbers(values, [...x.slice(sizes[0]), ...x.slice(0, sizes[0])]);
  });

  test.each([
    { start: 1, end: 2 ** 31, step: 2, expected: [-1, 0.25] },
    { start: -3, end: -1, step: 1, expected: [-1, 2] },
    { start: -100, end: 3, step: 1, expected: [0.5, -1, 2] },
  ])("Slice from $start to $end by $step", async ({ start, end, step, expected }) => {
    const tensors = [int64s("s", [start]), int64s("e", [end]), int64s("a", [1]), int64s("t", [step])];
    const { values } = await run({ nodes: [node("Slice", ["x", "s", "e", "a", "t"])], tensors });
    expectNumbers(values, expected);
  });

  test("Gather of places, from the end and evenly spaced", async () => {
    const one = await run({
      nodes: [node("Gather", ["x", "i"], "y", { axis: int(1) })],
      tensors: [int64s("i", [-2], [])],
    });
    expect([one.values, one.shape]).toEqual([[2], []]);
    const two = await run({
      nodes: [node("Gather", ["x", "i"], "y", { axis: int(1) })],
      tensors: [int64s("i", [0, 2])],
    });
    expect([two.values, two.shape]).toEqual([[0.5, 2], [2]]);
  });

  test("Squeeze and Unsqueeze, by attributes and by inputs", async () => {
    for (const opset of [11, 13]) {
      const axes = (...list: number[]) => (opset < 13 ? { axes: ints(...list) } : {});
      const more = (name: string) => (opset < 13 ? [] : [name]);
      const nodes = [
        node("Unsqueeze", ["x", ...more("two")], "u", axes(-1, 1)),
        node("Squeeze", ["u", ...more("one")], "y", axes(1)),
      ];
      const { shape } = await run({ opset, nodes, tensors: [int64s("two", [-1, 1]), int64s("one", [1])] });
      expect(shape).toEqual([4, 1]);
    }
  });

  test("a class token, expanded to the batch and put before the others", async () => {
    const nodes = [
      node("Shape", ["x"], "s"),
      node("Gather", ["s", "zero"], "n"),
      node("Concat", ["n", "rest"], "sizes", { axis: int(0) }),
      node("ConstantOfShape", ["three"], "ones", { value: tensor(int64s("", [1])) }),
      node("Mul", ["ones", "minus"], "minuses"),
      node("Equal", ["sizes", "minuses"], "keep"),
      node("Where", ["keep", "ones", "sizes"], "target"),
      node("Expand", ["token", "target"], "tokens"),
      node("Concat", ["tokens", "x"], "y", { axis: int(1) }),
    ];
    const tensors = [
      int64s("zero", [0]),
      int64s("rest", [-1, -1]),
      int64s("three", [3]),
      int64s("minus", [-1], []),
      doubles("token", [1, 1, 2], [7, 8]),
    ];
    const { values, parameters, shape } = await run({ input: ["n", 2, 2], nodes, tensors });
    expectNumbers(values, [7, 8, ...x]);
    expect(parameters).toEqual(["token"]);
    expect(shape).toEqual([3, 2]);
  });

  test("learned positions by a Range of indices", async () => {
    const nodes = [
      node("Range", ["zero", "two", "one"], "i"),
      node("Gather", ["table", "i"], "p"),
      node("Add", ["x", "p"]),
    ];
    const tensors = [
      int64s("zero", [0], []),
      int64s("two", [2], []),
      int64s("one", [1], []),
      doubles("table", [3, 2], [1, 2, 3, 4, 5, 6]),
    ];
    const { values, parameters } = await run({ input: ["n", 2, 2], nodes, tensors });
    expectNumbers(
      values,
      x.map((value, k) => value + k + 1),
    );
    expect(parameters).toEqual(["table"]);
  });

  test("Pad of some axes", async () => {
    const tensors = [int64s("p", [1, 0, 0, 2]), doubles("v", [], [0]), int64s("a", [-1, 1])];
    const { values, shape } = await run({
      opset: 18,
      input: ["n", 2, 2],
      nodes: [node("Pad", ["x", "p", "v", "a"])],
      tensors,
    });
    expect(shape).toEqual([4, 3]);
    expectNumbers(values, [0, 0.5, -1, 0, 2, 0.25, 0, 0, 0, 0, 0, 0]);
  });
});
