import { describe, expect, test } from "vitest";
import { doubles, float, int, int64s, ints, node, tensor } from "../onnxFile.ts";
import { expectNumbers, run, x } from "../onnxOutputs.ts";

describe("normalisation and means", () => {
  test.each([
    { opset: 13, more: { axes: ints(-1), keepdims: int(0) }, inputs: ["x"], expected: [-0.25, 1.125] },
    { opset: 18, more: {}, inputs: ["x", "a"], expected: [1.25, -0.375] },
    { opset: 18, more: { keepdims: int(0) }, inputs: ["x"], expected: [0.4375] },
    { opset: 18, more: { noop_with_empty_axes: int(1) }, inputs: ["x"], expected: x },
  ])("ReduceMean of opset $opset with $inputs", async ({ opset, more, inputs, expected }) => {
    const { values } = await run({
      opset,
      input: ["n", 2, 2],
      nodes: [node("ReduceMean", inputs, "y", more)],
      tensors: [int64s("a", [1])],
    });
    expectNumbers(values, expected);
  });

  test("LayerNormalization over two axes, with a scale alone", async () => {
    const { values, parameters } = await run({
      input: ["n", 2, 2],
      nodes: [node("LayerNormalization", ["x", "w"], "y", { axis: int(1), epsilon: float(0.5) })],
      tensors: [doubles("w", [2, 2], [1, 2, 3, 4])],
    });
    const mean = 0.4375;
    const variance = x.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 4;
    expectNumbers(
      values,
      x.map((value, k) => ((k + 1) * (value - mean)) / Math.sqrt(variance + 0.5)),
    );
    expect(parameters).toEqual(["w"]);
  });

  test("batch norm without parameters, of vectors and with constants", async () => {
    const nodes = [
      node("Constant", [], "gain", { value: tensor(doubles("", [4], [1, 2, 3, 4])) }),
      node("Constant", [], "shift", { value: tensor(doubles("", [4], [0, 0, 1, 0])) }),
      node("BatchNormalization", ["x", "gain", "shift", "m", "v"], "y", { epsilon: float(0.5) }),
    ];
    const tensors = [doubles("m", [4], [1, 1, 1, 1]), doubles("v", [4], [0.5, 1.5, 3.5, 1.75])];
    const { values, parameters } = await run({ nodes, tensors });
    expectNumbers(values, [-0.5, -4 / Math.SQRT2, 3 / 2 + 1, -3 / 1.5]);
    expect(parameters).toEqual([]);
  });
});
