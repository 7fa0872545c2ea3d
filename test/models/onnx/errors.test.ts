import fc from "fast-check";
import { TensorProto_DataType } from "onnx-buf";
import { describe, expect, test } from "vitest";
import { fromBytes } from "../../../src/data/byteSource.ts";
import { InputError } from "../../../src/inputError.ts";
import { readOnnx } from "../../../src/models/onnx/readOnnx.ts";
import { fixtureBytes, networkFixtures } from "./networkFixtures.ts";
import {
  doubles,
  externalTensor,
  float,
  int,
  int64s,
  ints,
  node,
  type OnnxSpec,
  onnxFile,
  rawTensor,
  text,
} from "./onnxFile.ts";
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
    { nodes: [node("Sqrt", ["x"])], expected: /Sqrt outside of layer norm/ },
    {
      nodes: [node("Tanh", ["x"], "t"), node("Div", ["x", "t"])],
      expected: /Div by what the network computes/,
    },
    { nodes: [node("Pow", ["x", "h"])], expected: /Pow with exponent 1\.5/ },
    {
      nodes: [node("ReduceMean", ["x"], "m", { axes: ints(1) }), node("Mul", ["x", "m"])],
      expected: /Mul that repeats what the network computes along an axis/,
    },
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

describe("files", () => {
  test.each([
    { bytes: new Uint8Array(), expected: /opset 11 to 20, got none/ },
    {
      bytes: Uint8Array.from({ length: 64 }, (_, k) => 255 - k),
      expected: /expected an ONNX file, got bytes/,
    },
    {
      bytes: onnxFile({ opset: 9, nodes: [node("Relu", ["x"])] }),
      expected: /got 9; export it with opset_version=17/,
    },
    {
      bytes: onnxFile({ nodes: [node("Relu", ["z"])] }),
      expected: /an input that an earlier node makes, got 'z'/,
    },
    { bytes: onnxFile({ nodes: [node("Relu", ["x"], "z")] }), expected: /no node makes the output 'y'/ },
    { bytes: onnxFile({ nodes: [node("Relu", ["x"], "x")] }), expected: /two tensors are named 'x'/ },
    {
      bytes: onnxFile({ nodes: [node("Relu", ["x"])], outputs: ["y", "z"] }),
      expected: /one output, got 2: 'y', 'z'/,
    },
    { bytes: onnxFile({ nodes: [node("Relu", ["x"])], inputs: ["x", "w"] }), expected: /one input, got 2/ },
    {
      bytes: onnxFile({ nodes: [node("Add", ["x", "w"])], tensors: [doubles("w", [5], [1, 2])] }),
      expected: /tensor 'w': expected 5 numbers for shape \[5\], got 2/,
    },
    {
      bytes: onnxFile({
        nodes: [node("Relu", ["x"])],
        tensors: [rawTensor("w", [1], TensorProto_DataType.STRING, new Uint8Array(8))],
      }),
      expected: /tensor 'w': expected numbers of type FLOAT, DOUBLE.*got STRING/,
    },
    {
      bytes: onnxFile({ nodes: [node("Identity", ["w"])], tensors: [doubles("w", [], [1])] }),
      expected: /depends on the input, got constants/,
    },
  ])("$expected", async ({ bytes, expected }) => {
    const reading = readOnnx(bytes, { name: "model.onnx" });
    await expect(reading).rejects.toThrow(InputError);
    await expect(readOnnx(bytes, { name: "model.onnx" })).rejects.toThrow(expected);
  });

  test.each([
    { type: TensorProto_DataType.FLOAT, bytes: Float32Array.of(1.5, -2) },
    { type: TensorProto_DataType.DOUBLE, bytes: Float64Array.of(1.5, -2) },
    { type: TensorProto_DataType.FLOAT16, bytes: Uint16Array.of(0x3e00, 0xc000) },
    { type: TensorProto_DataType.BFLOAT16, bytes: Uint16Array.of(0x3fc0, 0xc000) },
  ])("weights of type $type, as bytes and as numbers", async ({ type, bytes }) => {
    const raw = rawTensor("w", [2], type, bytes);
    const listed = { ...doubles("w", [2], []), dataType: type as number };
    if (type === TensorProto_DataType.FLOAT) listed.floatData = [1.5, -2];
    else if (type === TensorProto_DataType.DOUBLE) listed.doubleData = [1.5, -2];
    else listed.int32Data = [...bytes];
    for (const tensor of [raw, listed]) {
      const model = await readSpec({ input: ["n", 2], nodes: [node("Mul", ["x", "w"])], tensors: [tensor] });
      expect([...model.theta]).toEqual([1.5, -2]);
    }
  });

  test("numbers in a file beside the model", async () => {
    const file = new Uint8Array(40);
    new Float64Array(file.buffer).set([9, 1, 2, 3, 4]);
    const at = (where: Record<string, string>): OnnxSpec => ({
      nodes: [node("Mul", ["x", "w"])],
      tensors: [externalTensor("w", [4], where)],
    });
    const openExternal = async (location: string) => fromBytes(file, location);
    const there = { location: "model.onnx.data", offset: "8", length: "32" };
    const model = await readSpec(at(there), { openExternal });
    expect([...model.theta]).toEqual([1, 2, 3, 4]);
    expect(await messageOf(at(there))).toMatch(/tensor 'w': its numbers lie in another file/);
    for (const [where, expected] of [
      [{ ...there, offset: "16" }, /expected 32 bytes from byte 16 of model\.onnx\.data, which has 40/],
      [{ ...there, offset: "-1" }, /expected its offset .* as a whole number, got '-1'/],
      [{ ...there, location: "../other" }, /a file of the model's own folder, got '\.\.\/other'/],
      [{ ...there, location: "/etc/hosts" }, /a file of the model's own folder/],
      [{ location: "model.onnx.data" }, /expected 4 numbers .*, got 5/],
    ] as const) {
      await expect(readSpec(at(where), { openExternal })).rejects.toThrow(expected);
    }
  });
});

test("a damaged file gives another model or an InputError of one line, nothing else", async () => {
  const files = networkFixtures.flatMap(({ exports }) => exports).map((file) => fixtureBytes(file));
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...files),
      fc.array(fc.record({ place: fc.nat(), value: fc.nat({ max: 255 }) }), { minLength: 1, maxLength: 4 }),
      fc.option(fc.nat(), { freq: 8 }),
      async (original, flips, end) => {
        const bytes = Uint8Array.from(
          original.subarray(0, end === null ? original.length : end % original.length),
        );
        for (const { place, value } of flips) if (bytes.length > 0) bytes[place % bytes.length] = value;
        try {
          await readOnnx(bytes, { name: "damaged.onnx" });
        } catch (error) {
          expect(error).toBeInstanceOf(InputError);
          expect((error as Error).message).toMatch(/^damaged\.onnx: [^\n]*$/);
        }
      },
    ),
    { numRuns: 300 },
  );
});
