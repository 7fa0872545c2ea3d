import fc from "fast-check";
import { TensorProto_DataType } from "onnx-buf";
import { describe, expect, test } from "vitest";
import { fromBytes } from "../../../src/data/byteSource.ts";
import { InputError } from "../../../src/inputError.ts";
import { readOnnx } from "../../../src/models/onnx/readOnnx.ts";
import { fixtureBytes, networkFixtures } from "./networkFixtures.ts";
import { doubles, externalTensor, node, type OnnxSpec, onnxFile, rawTensor } from "./onnxFile.ts";
import { readSpec } from "./onnxOutputs.ts";

describe("files", () => {
  test.each([
    { bytes: new Uint8Array(), expected: /expected an ONNX file, got an empty one/ },
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
      bytes: onnxFile({ nodes: [node("Mul", ["x", "w"])], tensors: [doubles("w", [1], [Number.NaN])] }),
      expected: /tensor 'w': expected numbers, got NaN; was the model saved after its training diverged/,
    },
    {
      bytes: onnxFile({ nodes: [node("Re\nlu", ["x"])] }),
      expected: /expected names of one line, got 're�lu0'/,
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
    await expect(readSpec(at(there))).rejects.toThrow(/tensor 'w': its numbers lie in another file/);
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
