import { describe, expect, test } from "vitest";
import { normalCdf } from "../../../../src/models/normalDistribution.ts";
import { doubles, float, int, node, text } from "../onnxFile.ts";
import { expectNumbers, run, x } from "../onnxOutputs.ts";

describe("functions", () => {
  const one = doubles("one", [], [1]);
  const half = doubles("half", [], [0.5]);
  test.each([
    { what: "PyTorch", last: [node("Mul", ["x", "e1"], "p"), node("Mul", ["p", "half"])] },
    { what: "half first", last: [node("Mul", ["half", "x"], "p"), node("Mul", ["p", "e1"])] },
    { what: "half with the gate", last: [node("Mul", ["e1", "half"], "p"), node("Mul", ["x", "p"])] },
  ])("GELU as $what writes it", async ({ last }) => {
    const nodes = [
      node("Mul", ["x", "s"], "r"),
      node("Erf", ["r"], "e"),
      node("Add", ["one", "e"], "e1"),
      ...last,
    ];
    const { values, operations } = await run({
      nodes,
      tensors: [one, half, doubles("s", [], [Math.SQRT1_2])],
    });
    expectNumbers(
      values,
      x.map((value) => value * normalCdf(value)),
    );
    expect(operations).toEqual(["gelu"]);
  });

  test("the tanh form of GELU by a power, and as an operator", async () => {
    const nodes = [
      node("Pow", ["x", "three"], "c"),
      node("Mul", ["c", "k"], "k3"),
      node("Add", ["x", "k3"], "sum"),
      node("Mul", ["sum", "s"], "u"),
      node("Tanh", ["u"], "t"),
      node("Add", ["t", "one"], "gate"),
      node("Mul", ["x", "half"], "h"),
      node("Mul", ["h", "gate"]),
    ];
    const slope = Math.sqrt(2 / Math.PI);
    const tensors = [
      one,
      half,
      doubles("three", [], [3]),
      doubles("k", [], [0.044715]),
      doubles("s", [], [slope]),
    ];
    const expected = x.map((v) => 0.5 * v * (1 + Math.tanh(slope * (v + 0.044715 * v ** 3))));
    const parts = await run({ nodes, tensors });
    expectNumbers(parts.values, expected);
    expect(parts.operations).toEqual(["geluTanh"]);
    const whole = await run({ opset: 20, nodes: [node("Gelu", ["x"], "y", { approximate: text("tanh") })] });
    expectNumbers(whole.values, expected);
  });

  test("products that only look like GELU are what they are", async () => {
    const nodes = [
      node("Mul", ["x", "s"], "u"),
      node("Tanh", ["u"], "t"),
      node("Add", ["t", "one"], "gate"),
      node("Mul", ["x", "gate"]),
    ];
    const { values } = await run({ nodes, tensors: [one, doubles("s", [], [0.7])] });
    expectNumbers(
      values,
      x.map((value) => value * (1 + Math.tanh(0.7 * value))),
    );
  });

  test("attributes in float32 mean the decimal number that was written", async () => {
    const { values } = await run({
      nodes: [node("LeakyRelu", ["x"], "y", { alpha: float(Math.fround(0.1)) })],
    });
    expect(values[1]).toBe(-0.1);
  });

  test.each([
    { opset: 11, axis: 1, groups: [[0, 1, 2, 3]] },
    {
      opset: 13,
      axis: 1,
      groups: [
        [0, 2],
        [1, 3],
      ],
    },
    {
      opset: 13,
      axis: -1,
      groups: [
        [0, 1],
        [2, 3],
      ],
    },
  ])("Softmax of opset $opset along axis $axis", async ({ opset, axis, groups }) => {
    const { values } = await run({
      opset,
      input: ["n", 2, 2],
      nodes: [node("Softmax", ["x"], "y", { axis: int(axis) })],
    });
    const expected = [0, 0, 0, 0];
    for (const group of groups) {
      const sum = group.reduce((total, k) => total + Math.exp(x[k]), 0);
      for (const k of group) expected[k] = Math.exp(x[k]) / sum;
    }
    expectNumbers(values, expected);
  });
});
