import { TensorProto_DataType } from "onnx-buf";
import { describe, expect, test } from "vitest";
import { InputError } from "../../../src/inputError.ts";
import { doubles, float, int, int64s, ints, node, type OnnxSpec, rawTensor, text } from "./onnxFile.ts";
import { outputsOf, readSpec } from "./onnxOutputs.ts";

async function messageOf(spec: OnnxSpec): Promise<string> {
  const error = await readSpec(spec).then(
    () => undefined,
    (reason) => reason,
  );
  expect(error).toBeInstanceOf(InputError);
  expect(error.message).toMatch(/^model\.onnx: /);
  expect(error.message).not.toContain("\n");
  return error.message;
}

describe("what is not supported", () => {
  test("is all named at once, with how often and where", async () => {
    const nodes = [
      { ...node("GRU", ["x"], "a"), name: "first" },
      node("Relu", ["a"], "b"),
      { ...node("GRU", ["b"], "c"), name: "second" },
      { ...node("Pad", ["x", "p"], "d", { mode: text("reflect") }), name: "pad" },
      { ...node("Concat", ["c", "d"], "e", { axis: int(1) }), name: "concat" },
      { ...node("MyNorm", ["e"], "f"), domain: "custom", name: "norm" },
      { ...node("Softplus", ["x"], "g", { beta: float(2) }), name: "softplus" },
      node("Concat", ["f", "g"], "y", { axis: int(1) }),
      { ...node("Loop", ["x"], "unused"), name: "not needed" },
    ];
    const message = await messageOf({ nodes, tensors: [int64s("p", [0, 1, 0, 0])] });
    expect(message).toContain("got 4 kinds that cannot: ");
    for (const part of [
      "GRU (2 nodes, first 'first')",
      "Pad with mode 'reflect' (node 'pad')",
      "custom.MyNorm (node 'norm')",
      "Softplus with attribute 'beta' (node 'softplus')",
    ]) {
      expect(message).toContain(part);
    }
    expect(message).not.toMatch(/Loop|Relu|Concat/);
  });

  test.each([
    { nodes: [node("Erf", ["x"])], expected: /Erf outside of GELU/ },
    { nodes: [node("Add", ["x"], "a"), node("Mul", ["x", "a"])], expected: /Add without its input 2/ },
    { nodes: [node("Sqrt", ["x"])], expected: /Sqrt outside of layer norm/ },
    {
      nodes: [node("Tanh", ["x"], "t"), node("Div", ["x", "t"])],
      expected: /Div by what the network computes/,
    },
    { nodes: [node("Pow", ["x", "h"])], expected: /Pow with exponent 1\.5/ },
    {
      nodes: [node("MaxPool", ["x"], "y", { kernel_shape: ints(2, 2) })],
      expected: /MaxPool of 0 dimensions/,
    },
    { nodes: [node("Conv", ["x", "x"])], expected: /Conv of 0 dimensions/ },
    { nodes: [node("constructor", ["x"])], expected: /constructor \(node/ },
  ])("$expected", async ({ nodes, expected }) => {
    expect(await messageOf({ opset: 11, nodes, tensors: [doubles("h", [], [1.5])] })).toMatch(expected);
  });
});

describe("training mode", () => {
  const tensors = ["s", "b", "m", "v"].map((name) => doubles(name, [4], [1, 2, 3, 4]));
  const inputs = ["x", "s", "b", "m", "v"];
  test.each([
    { what: "batch norm", nodes: [node("BatchNormalization", inputs, "y", { training_mode: int(1) })] },
    { what: "batch norm before opset 14", nodes: [node("BatchNormalization", inputs, ["y", "m2", "v2"])] },
    { what: "dropout", nodes: [node("Dropout", ["x", "ratio", "training"])] },
  ])("of $what is refused and eval() offered", async ({ nodes }) => {
    const training = rawTensor("training", [], TensorProto_DataType.BOOL, Uint8Array.of(1));
    const message = await messageOf({ nodes, tensors: [...tensors, doubles("ratio", [], [0.5]), training] });
    expect(message).toMatch(/exported in training mode.*call model\.eval\(\)/);
  });

  test("dropout after training is nothing", async () => {
    const training = rawTensor("training", [], TensorProto_DataType.BOOL, Uint8Array.of(0));
    const model = await readSpec({
      nodes: [node("Dropout", ["x", "ratio", "training"], "d"), node("Neg", ["d"])],
      tensors: [doubles("ratio", [], [0.5]), training],
    });
    expect(outputsOf(model, [1, 2, 3, 4])).toEqual([-1, -2, -3, -4]);
  });
});

describe("shapes", () => {
  const nodes = [node("Relu", ["x"])];
  test("a fixed batch is refused", async () => {
    expect(await messageOf({ nodes, input: [8, 4] })).toMatch(
      /got 8×4, a batch fixed to 8; export it with dynamic_axes/,
    );
  });

  test("the batch may be any axis, and is left out of the samples' shapes", async () => {
    for (const [input, sample] of [
      [
        ["n", 4, 5],
        [4, 5],
      ],
      [
        [1, 4, 5],
        [4, 5],
      ],
      [
        [4, "n", 5],
        [4, 5],
      ],
      [[1], []],
    ] as const) {
      const model = await readSpec({ nodes, input });
      expect([model.input.shape, model.graph.input, model.output.shape]).toEqual([sample, sample, sample]);
    }
  });

  test("open lengths come from the data", async () => {
    const input = ["n", 3, "height", "width"];
    expect(await messageOf({ nodes, input })).toMatch(
      /got \?×3×\?×\?; export it with dynamic_axes for the batch alone/,
    );
    const model = await readSpec({ nodes, input }, { sampleShape: [3, 5, 7] });
    expect(model.input.shape).toEqual([3, 5, 7]);
  });

  test("samples of another shape are refused, but for axes of length 1", async () => {
    const input = ["n", 1, 4, 6];
    await expect(readSpec({ nodes, input }, { sampleShape: [6, 4] })).rejects.toThrow(
      /expected samples of shape 1×4×6 for the input 'x', got 6×4; check the order of the data's axes/,
    );
    expect((await readSpec({ nodes, input }, { sampleShape: [4, 6] })).input.shape).toEqual([1, 4, 6]);
  });

  test("what does not fit inside names the node", async () => {
    const tensors = [doubles("w", [3, 2], [1, 2, 3, 4, 5, 6])];
    expect(await messageOf({ nodes: [node("MatMul", ["x", "w"])], tensors })).toMatch(
      /^model\.onnx: node 'matmul0' \(MatMul\): dense: expected inputs with 3 features/,
    );
  });
});
