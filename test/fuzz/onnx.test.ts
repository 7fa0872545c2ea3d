import { clone, fromBinary, toBinary } from "@bufbuild/protobuf";
import fc from "fast-check";
import { type ModelProto, ModelProtoSchema, TensorProto_DataLocation } from "onnx-buf";
import { describe, expect, test } from "vitest";
import { fromBytes } from "../../src/data/byteSource.ts";
import { parameterCount } from "../../src/models/network/graph.ts";
import { operators } from "../../src/models/onnx/operators/table.ts";
import { readOnnx } from "../../src/models/onnx/readOnnx.ts";
import { fixtureBytes, networkFixtures } from "../models/onnx/networkFixtures.ts";
import { damaged } from "./damage.ts";
import { readOrRefused } from "./hostile.ts";
import { fuzzing, fuzzTimeout } from "./runs.ts";

/** Constants of a graph may be 2²⁵ numbers, and each is moved a few times (src/models/onnx/translate.ts). */
const limits = { perByte: 2000, constant: 2 ** 30 };

async function read(file: Uint8Array, name: string): Promise<void> {
  const openExternal = (location: string) => Promise.resolve(fromBytes(new Uint8Array(64), location));
  const { graph, theta, output } = await readOnnx(file, { name, openExternal });
  expect(theta.length).toBe(parameterCount(graph));
  expect(graph.output.shape).toEqual(output.shape);
}

const files = networkFixtures.flatMap(({ exports }) => exports.map(fixtureBytes));
const models = files.map((file) => fromBinary(ModelProtoSchema, file));

describe("an ONNX file is a network or is refused in one line", { timeout: fuzzTimeout }, () => {
  test("with its bytes damaged", async () => {
    const cases = fc.nat(files.length - 1).chain((which) => damaged(files[which], files));
    let readable = 0;
    const property = fc.asyncProperty(cases, async (file) => {
      if (await readOrRefused(file, read, limits)) readable++;
    });
    await fc.assert(property, fuzzing(1200));
    expect(readable).toBeGreaterThan(0);
  });

  test("with its messages changed", async () => {
    const edits = fc.array(edit, { minLength: 1, maxLength: 6 });
    let readable = 0;
    const property = fc.asyncProperty(fc.nat(models.length - 1), edits, async (which, changes) => {
      const model = clone(ModelProtoSchema, models[which]);
      for (const change of changes) change(model);
      if (await readOrRefused(toBinary(ModelProtoSchema, model), read, limits)) readable++;
    });
    await fc.assert(property, fuzzing(2000));
    expect(readable).toBeGreaterThan(0);
  });
});

type Edit = (model: ModelProto) => void;

const index = fc.nat(1 << 20);
const whole = fc.oneof(
  fc.bigInt({ min: -3n, max: 9n }),
  fc.constantFrom(0n, 100n, 65_537n, 2n ** 24n, 2n ** 31n, 2n ** 53n, 2n ** 63n - 1n, -(2n ** 63n)),
);
const anyOf = <T>(list: readonly T[], at: number): T | undefined => list[at % Math.max(list.length, 1)];

/** One change of what the messages say, which keeps them messages. */
const edit: fc.Arbitrary<Edit> = fc.oneof(
  // another operator, with the inputs of this one
  fc.tuple(index, fc.constantFrom(...operators.keys(), "Loop", "")).map(
    ([at, type]): Edit =>
      (model) => {
        const node = anyOf(model.graph?.node ?? [], at);
        if (node) node.opType = type;
      },
  ),
  // an input that is another tensor of the graph, or none
  fc.tuple(index, index, index).map(
    ([at, input, other]): Edit =>
      (model) => {
        const node = anyOf(model.graph?.node ?? [], at);
        const names = tensorNames(model);
        if (node && node.input.length > 0) node.input[input % node.input.length] = anyOf(names, other) ?? "";
      },
  ),
  fc.tuple(index, index).map(
    ([at, other]): Edit =>
      (model) => {
        anyOf(model.graph?.node ?? [], at)?.input.push(anyOf(tensorNames(model), other) ?? "");
      },
  ),
  // settings
  fc.tuple(index, index, whole, index).map(
    ([at, which, value, place]): Edit =>
      (model) => {
        const attribute = anyOf(anyOf(withAttributes(model), at)?.attribute ?? [], which);
        if (!attribute) return;
        attribute.i = value;
        attribute.f = Number(value);
        if (attribute.ints.length > 0) attribute.ints[place % attribute.ints.length] = value;
      },
  ),
  fc.tuple(index, index, fc.nat(15)).map(
    ([at, which, type]): Edit =>
      (model) => {
        const attribute = anyOf(anyOf(withAttributes(model), at)?.attribute ?? [], which);
        if (attribute) attribute.type = type;
      },
  ),
  fc.tuple(index, index).map(
    ([at, which]): Edit =>
      (model) => {
        const attributes = anyOf(withAttributes(model), at)?.attribute ?? [];
        attributes.splice(which % Math.max(attributes.length, 1), 1);
      },
  ),
  // shapes, element types and numbers of tensors
  fc.tuple(index, index, whole).map(
    ([at, axis, length]): Edit =>
      (model) => {
        const tensor = anyOf(tensorsOf(model), at);
        if (tensor && tensor.dims.length > 0) tensor.dims[axis % tensor.dims.length] = length;
      },
  ),
  fc.tuple(index, fc.nat(20)).map(
    ([at, type]): Edit =>
      (model) => {
        const tensor = anyOf(tensorsOf(model), at);
        if (tensor) tensor.dataType = type;
      },
  ),
  fc.tuple(index, index, whole).map(
    ([at, place, value]): Edit =>
      (model) => {
        const tensor = anyOf(tensorsOf(model), at);
        if (!tensor) return;
        if (tensor.int64Data.length > 0) tensor.int64Data[place % tensor.int64Data.length] = value;
        const { rawData } = tensor;
        if (rawData.length < 8) return;
        const view = new DataView(rawData.buffer, rawData.byteOffset, rawData.byteLength);
        view.setBigInt64((place % (rawData.length >> 3)) * 8, value, true);
      },
  ),
  fc.tuple(index, fc.constantFrom("w.bin", "../w.bin", "/etc/passwd", "a\nb", ""), whole).map(
    ([at, location, offset]): Edit =>
      (model) => {
        const tensor = anyOf(model.graph?.initializer ?? [], at);
        if (!tensor) return;
        tensor.dataLocation = TensorProto_DataLocation.EXTERNAL;
        tensor.externalData = [
          { $typeName: "onnx.StringStringEntryProto", key: "location", value: location },
          { $typeName: "onnx.StringStringEntryProto", key: "offset", value: String(offset) },
        ];
      },
  ),
  // the order and number of nodes
  fc.tuple(index, index, fc.boolean()).map(
    ([from, to, keep]): Edit =>
      (model) => {
        const nodes = model.graph?.node ?? [];
        const node = anyOf(nodes, from);
        if (!node) return;
        if (!keep) nodes.splice(from % nodes.length, 1);
        else nodes.splice(to % nodes.length, 0, { ...node, output: node.output.map((name) => `${name}'`) });
      },
  ),
  // names
  fc.tuple(index, index, fc.constantFrom("", "two\nlines", "__proto__", "toString", "x".repeat(1000))).map(
    ([at, other, name]): Edit =>
      (model) => {
        const node = anyOf(model.graph?.node ?? [], at);
        if (node) node.output[0] = other % 2 ? name : (anyOf(tensorNames(model), other) ?? name);
      },
  ),
  // the input's shape
  fc.tuple(index, whole).map(
    ([axis, length]): Edit =>
      (model) => {
        const type = model.graph?.input[0]?.type?.value;
        const dims = type?.case === "tensorType" ? (type.value.shape?.dim ?? []) : [];
        const dim = anyOf(dims, axis);
        if (dim) dim.value = { case: "dimValue", value: length };
      },
  ),
  whole.map(
    (version): Edit =>
      (model) => {
        for (const each of model.opsetImport) each.version = version;
      },
  ),
);

function tensorNames({ graph }: ModelProto): string[] {
  const made = graph?.node.flatMap(({ output }) => output) ?? [];
  return [...made, ...(graph?.initializer.map(({ name }) => name) ?? []), "x"];
}

function withAttributes({ graph }: ModelProto) {
  return graph?.node.filter(({ attribute }) => attribute.length > 0) ?? [];
}

function tensorsOf({ graph }: ModelProto) {
  const constants = graph?.node.flatMap(({ attribute }) => attribute.flatMap(({ t }) => t ?? [])) ?? [];
  return [...constants, ...(graph?.initializer ?? [])];
}
