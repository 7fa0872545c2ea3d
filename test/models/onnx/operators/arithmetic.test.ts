import { describe, expect, test } from "vitest";
import { doubles, int, int64s, ints, node, tensor } from "../onnxFile.ts";
import { expectNumbers, run, x } from "../onnxOutputs.ts";

describe("elementwise", () => {
  test("what is subtracted or divides is no parameter", async () => {
    const nodes = [node("Sub", ["x", "mean"], "c"), node("Div", ["c", "deviation"])];
    const tensors = [doubles("mean", [4], [1, 2, 3, 4]), doubles("deviation", [1, 1], [2])];
    const { values, parameters } = await run({ nodes, tensors });
    expectNumbers(
      values,
      x.map((value, k) => (value - k - 1) / 2),
    );
    expect(parameters).toEqual([]);
  });

  test("single numbers and masks are no parameters, gains and terms are", async () => {
    const nodes = [
      node("Mul", ["x", "gain"], "g"),
      node("Add", ["g", "term"], "t"),
      node("Mul", ["two", "t"], "d"),
      node("Add", ["d", "mask"], "m"),
      node("Softmax", ["m"]),
    ];
    const tensors = [
      doubles("gain", [1, 4], [1, 2, 3, 4]),
      doubles("term", [1], [0.5]),
      doubles("two", [], [2]),
      doubles("mask", [4], [0, Number.NEGATIVE_INFINITY, 0, 0]),
    ];
    const { values, parameters } = await run({ nodes, tensors });
    expect(parameters).toEqual(["gain", "term"]);
    const raised = x.map((value, k) => (k === 1 ? 0 : Math.exp(2 * (value * (k + 1) + 0.5))));
    const sum = raised.reduce((a, b) => a + b);
    expectNumbers(
      values,
      raised.map((value) => value / sum),
    );
  });

  test("a causal mask by Trilu and Where, filled where it holds or where it does not", async () => {
    const infinity = doubles("infinity", [], [Number.NEGATIVE_INFINITY]);
    const tensors = [int64s("two", [2, 2]), doubles("zero", [], [0]), int64s("next", [1], []), infinity];
    const ones = [
      node("ConstantOfShape", ["two"], "ones", { value: tensor(doubles("", [1], [1])) }),
      node("Trilu", ["ones", "next"], "later", { upper: int(1) }),
      node("Greater", ["later", "zero"], "hidden"),
      node("Not", ["hidden"], "seen"),
    ];
    const expected = [1, 0, Math.exp(2) / (Math.exp(2) + Math.exp(0.25)), 1 / (1 + Math.exp(2 - 0.25))];
    for (const inputs of [
      ["hidden", "infinity", "x"],
      ["seen", "x", "infinity"],
    ]) {
      const nodes = [...ones, node("Where", inputs, "m"), node("Softmax", ["m"])];
      expectNumbers((await run({ input: ["n", 2, 2], nodes, tensors })).values, expected);
    }
  });

  test("what is computed, repeated along an axis: gates of channels, outer sums", async () => {
    const nodes = [
      node("ReduceSum", ["x", "last"], "s"),
      node("Sigmoid", ["s"], "g"),
      node("Mul", ["x", "g"], "gated"),
      node("Transpose", ["s"], "row", { perm: ints(0, 2, 1) }),
      node("Add", ["row", "s"], "outer"),
      node("Add", ["gated", "outer"]),
    ];
    const [a, b] = [x[0] + x[1], x[2] + x[3]];
    const outer = [a + a, a + b, b + a, b + b];
    const { values } = await run({ input: ["n", 2, 2], nodes, tensors: [int64s("last", [-1])] });
    expectNumbers(
      values,
      x.map((value, k) => value / (1 + Math.exp(-(k < 2 ? a : b))) + outer[k]),
    );
  });

  test("differences, opposites and powers of what is computed", async () => {
    const nodes = [
      node("Tanh", ["x"], "t"),
      node("Sub", ["x", "t"], "d"),
      node("Pow", ["d", "three"], "c"),
      node("Neg", ["c"], "n"),
      node("Sub", ["one", "n"]),
    ];
    const tensors = [doubles("three", [], [3]), doubles("one", [], [1])];
    expectNumbers(
      (await run({ nodes, tensors })).values,
      x.map((value) => 1 + (value - Math.tanh(value)) ** 3),
    );
  });
});
