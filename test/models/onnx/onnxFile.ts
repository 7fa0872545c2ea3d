/** ONNX files made on the spot. */
import { create, toBinary } from "@bufbuild/protobuf";
import {
  type AttributeProto,
  AttributeProto_AttributeType,
  AttributeProtoSchema,
  GraphProtoSchema,
  ModelProtoSchema,
  NodeProtoSchema,
  OperatorSetIdProtoSchema,
  StringStringEntryProtoSchema,
  type TensorProto,
  TensorProto_DataLocation,
  TensorProto_DataType,
  TensorProtoSchema,
  TensorShapeProto_DimensionSchema,
  TensorShapeProtoSchema,
  TypeProto_TensorSchema,
  TypeProtoSchema,
  ValueInfoProtoSchema,
} from "onnx-buf";

type Attribute = Partial<Omit<AttributeProto, "$typeName">>;
const types = AttributeProto_AttributeType;
export const int = (i: number): Attribute => ({ type: types.INT, i: BigInt(i) });
export const ints = (...values: number[]): Attribute => ({ type: types.INTS, ints: values.map(BigInt) });
export const float = (f: number): Attribute => ({ type: types.FLOAT, f });
export const text = (value: string): Attribute => ({
  type: types.STRING,
  s: new TextEncoder().encode(value),
});
export const tensor = (t: TensorProto): Attribute => ({ type: types.TENSOR, t });

/** Operator, inputs, outputs ("y" alone unless given), attributes. */
export interface NodeSpec {
  readonly type: string;
  readonly in: readonly string[];
  readonly out?: readonly string[];
  readonly name?: string;
  readonly domain?: string;
  readonly attributes?: Readonly<Record<string, Attribute>>;
}

export function node(
  type: string,
  inputs: readonly string[],
  out: string | readonly string[] = "y",
  attributes: NodeSpec["attributes"] = {},
): NodeSpec {
  return { type, in: inputs, out: [out].flat(), attributes };
}

export interface OnnxSpec {
  readonly opset?: number;
  /** Lengths of the input's axes; names where they are open. */
  readonly input?: readonly (number | string)[];
  readonly inputType?: TensorProto_DataType;
  readonly nodes: readonly NodeSpec[];
  readonly tensors?: readonly TensorProto[];
  readonly outputs?: readonly string[];
  readonly inputs?: readonly string[];
}

export function onnxFile(spec: OnnxSpec): Uint8Array {
  const { opset = 17, input = ["n", 4], nodes, tensors = [], outputs = ["y"], inputs = ["x"] } = spec;
  const { inputType = TensorProto_DataType.DOUBLE } = spec;
  return toBinary(
    ModelProtoSchema,
    create(ModelProtoSchema, {
      opsetImport: [create(OperatorSetIdProtoSchema, { domain: "", version: BigInt(opset) })],
      graph: create(GraphProtoSchema, {
        node: nodes.map((each, index) =>
          create(NodeProtoSchema, {
            opType: each.type,
            domain: each.domain ?? "",
            name: each.name ?? `${each.type.toLowerCase()}${index}`,
            input: [...each.in],
            output: [...(each.out ?? ["y"])],
            attribute: Object.entries(each.attributes ?? {}).map(([name, value]) =>
              create(AttributeProtoSchema, { name, ...value }),
            ),
          }),
        ),
        initializer: [...tensors],
        input: inputs.map((name) => valueInfo(name, input, inputType)),
        output: outputs.map((name) => valueInfo(name, [], TensorProto_DataType.DOUBLE)),
      }),
    }),
  );
}

function valueInfo(name: string, lengths: readonly (number | string)[], elemType: TensorProto_DataType) {
  const dim = lengths.map((length) =>
    create(TensorShapeProto_DimensionSchema, {
      value:
        typeof length === "number"
          ? { case: "dimValue", value: BigInt(length) }
          : { case: "dimParam", value: length },
    }),
  );
  const value = create(TypeProto_TensorSchema, { elemType, shape: create(TensorShapeProtoSchema, { dim }) });
  return create(ValueInfoProtoSchema, {
    name,
    type: create(TypeProtoSchema, { value: { case: "tensorType", value } }),
  });
}

export function doubles(name: string, shape: readonly number[], values: Iterable<number>): TensorProto {
  return create(TensorProtoSchema, {
    name,
    dims: shape.map(BigInt),
    dataType: TensorProto_DataType.DOUBLE,
    doubleData: [...values],
  });
}

export function int64s(name: string, values: readonly number[], shape = [values.length]): TensorProto {
  return create(TensorProtoSchema, {
    name,
    dims: shape.map(BigInt),
    dataType: TensorProto_DataType.INT64,
    int64Data: values.map((value) => BigInt(value)),
  });
}

export function rawTensor(
  name: string,
  shape: readonly number[],
  dataType: TensorProto_DataType,
  bytes: ArrayBufferView,
): TensorProto {
  const { buffer, byteOffset, byteLength } = bytes;
  const rawData = new Uint8Array(buffer.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer);
  return create(TensorProtoSchema, { name, dims: shape.map(BigInt), dataType, rawData });
}

/** A tensor of doubles whose numbers lie in another file. */
export function externalTensor(name: string, shape: readonly number[], where: Record<string, string>) {
  return create(TensorProtoSchema, {
    name,
    dims: shape.map(BigInt),
    dataType: TensorProto_DataType.DOUBLE,
    dataLocation: TensorProto_DataLocation.EXTERNAL,
    externalData: Object.entries(where).map(([key, value]) =>
      create(StringStringEntryProtoSchema, { key, value }),
    ),
  });
}
