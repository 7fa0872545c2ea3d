import { type TensorProto, TensorProto_DataLocation, TensorProto_DataType } from "onnx-buf";
import { decodeBfloat16, decodeFloat16 } from "../../data/float16.ts";
import { decodeElements, type ElementType, elementBytes } from "../../data/floatElements.ts";
import { InputError } from "../../inputError.ts";
import type { NumberType, Tensor } from "./tensor.ts";

/** Element types that are read: their layout as raw bytes, and the field that holds them where there are none. */
const elements = new Map<
  number,
  { readonly raw: ElementType; readonly field: Field; readonly type: NumberType }
>([
  [TensorProto_DataType.FLOAT, { raw: "float32", field: "floatData", type: "float" }],
  [TensorProto_DataType.DOUBLE, { raw: "float64", field: "doubleData", type: "float" }],
  [TensorProto_DataType.FLOAT16, { raw: "float16", field: "int32Data", type: "float" }],
  [TensorProto_DataType.BFLOAT16, { raw: "bfloat16", field: "int32Data", type: "float" }],
  [TensorProto_DataType.INT8, { raw: "int8", field: "int32Data", type: "integer" }],
  [TensorProto_DataType.INT16, { raw: "int16", field: "int32Data", type: "integer" }],
  [TensorProto_DataType.INT32, { raw: "int32", field: "int32Data", type: "integer" }],
  [TensorProto_DataType.INT64, { raw: "int64", field: "int64Data", type: "integer" }],
  [TensorProto_DataType.UINT8, { raw: "uint8", field: "int32Data", type: "integer" }],
  [TensorProto_DataType.UINT16, { raw: "uint16", field: "int32Data", type: "integer" }],
  [TensorProto_DataType.UINT32, { raw: "uint32", field: "uint64Data", type: "integer" }],
  [TensorProto_DataType.BOOL, { raw: "bool", field: "int32Data", type: "boolean" }],
]);
type Field = "floatData" | "doubleData" | "int32Data" | "int64Data" | "uint64Data";

/** Whether numbers of an ONNX data type are floats, integers or truth values; undefined for types that are not read. */
export function numberType(dataType: number): NumberType | undefined {
  return elements.get(dataType)?.type;
}

/**
 * The numbers of a tensor in an ONNX file. Integers beyond 2⁵³ are rounded: only ends of slices, "to the last", are that
 * large. `place` names the tensor in messages. Throws an InputError where there are more or fewer numbers than the shape
 * says, and on other element types.
 */
export function readTensor(proto: TensorProto, place: string): Tensor {
  const element = elements.get(proto.dataType);
  if (!element) {
    const known = [...elements.keys()].map((type) => TensorProto_DataType[type]).join(", ");
    const got = TensorProto_DataType[proto.dataType] ?? `type ${proto.dataType}`;
    throw new InputError(
      `${place}: expected numbers of type ${known}, got ${got}; convert the model before exporting it`,
    );
  }
  if (proto.dataLocation === TensorProto_DataLocation.EXTERNAL) {
    throw new InputError(
      `${place}: its numbers lie in another file; export the model into one file (external_data=False)`,
    );
  }
  const shape = proto.dims.map(Number);
  const size = shape.reduce((product, length) => product * length, 1);
  const { raw, field, type } = element;
  const held = proto.rawData.length > 0 ? proto.rawData.length / elementBytes[raw] : proto[field].length;
  if (shape.some((length) => length < 0) || held !== size) {
    throw new InputError(
      `${place}: expected ${size} numbers for shape [${shape.join(", ")}], got ${held}; the file is damaged, export the model again`,
    );
  }
  return {
    type,
    shape,
    data: proto.rawData.length > 0 ? fromRaw(proto.rawData, raw, place) : fromField(proto, field, raw),
  };
}

function fromRaw(bytes: Uint8Array, type: ElementType, place: string): Float64Array {
  // a copy begins at a multiple of every element's size
  const own = new Uint8Array(bytes);
  if (type === "int64") {
    const view = new DataView(own.buffer);
    return Float64Array.from({ length: own.length / 8 }, (_, k) => Number(view.getBigInt64(8 * k, true)));
  }
  return new Float64Array(decodeElements(own, type, true, place));
}

function fromField(proto: TensorProto, field: Field, type: ElementType): Float64Array {
  const values = Float64Array.from(proto[field] as ArrayLike<number | bigint>, Number);
  if (type !== "float16" && type !== "bfloat16") return values;
  const decoded = new Float32Array(values.length);
  (type === "float16" ? decodeFloat16 : decodeBfloat16)(Uint16Array.from(values), decoded);
  return new Float64Array(decoded);
}
