/**
 * The header of an npy file: magic string, version, length, dict literal
 * (numpy.lib.format, https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html).
 */
import { InputError } from "../inputError.ts";
import type { ByteSource } from "./byteSource.ts";
import { type ElementType, hostIsLittleEndian } from "./floatElements.ts";
import { type PythonLiteral, parsePythonDict } from "./npyDict.ts";

export interface NpyHeader {
  readonly shape: readonly number[];
  readonly dtype: ElementType;
  readonly littleEndian: boolean;
  readonly order: "C" | "F";
  /** Where the elements begin, in bytes. */
  readonly dataPosition: number;
}

export const npyMagic = Uint8Array.of(0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59);

/** Throws an InputError where `bytes` is no npy file, its header is damaged, or its elements are not plain numbers. */
export async function readNpyHeader(bytes: ByteSource): Promise<NpyHeader> {
  const { text, end } = await headerText(bytes);
  const fields = headerFields(bytes.name, text);
  const { dtype, littleEndian } = elementType(bytes.name, fields.get("descr")!);
  const fortranOrder = fields.get("fortran_order");
  if (typeof fortranOrder !== "boolean") {
    throw damaged(bytes.name, `expected 'fortran_order' True or False, got ${JSON.stringify(fortranOrder)}`);
  }
  const shape = arrayShape(bytes.name, fields.get("shape")!);
  return { shape, dtype, littleEndian, order: fortranOrder ? "F" : "C", dataPosition: end };
}

/** numpy itself refuses headers of more than 10,000 characters; a plain array's has about a hundred. */
const longestHeader = 2 ** 16;

async function headerText(bytes: ByteSource): Promise<{ text: string; end: number }> {
  const { name, size } = bytes;
  const prefix = new Uint8Array(12);
  await bytes.read(0, prefix.subarray(0, Math.min(size, 12)));
  if (!npyMagic.every((byte, k) => prefix[k] === byte)) {
    throw new InputError(`${name}: expected an npy file, got other content; save the array with numpy.save`);
  }
  const version = prefix[6];
  if (version < 1 || version > 3 || prefix[7] !== 0) {
    throw new InputError(
      `${name}: expected npy version 1.0, 2.0 or 3.0, got ${version}.${prefix[7]}; save it with numpy.save`,
    );
  }
  const start = version === 1 ? 10 : 12;
  const view = new DataView(prefix.buffer);
  const length = version === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  if (length > longestHeader || start + length > size) {
    throw damaged(name, `expected a header of at most ${Math.min(longestHeader, size)} bytes, got ${length}`);
  }
  const header = new Uint8Array(length);
  await bytes.read(start, header);
  return { text: decodeText(header, version), end: start + length };
}

/** Version 3 is UTF-8, the earlier ones Latin-1; what is not UTF-8 can only stand in field names, which end in an error. */
function decodeText(header: Uint8Array, version: number): string {
  if (version === 3) return new TextDecoder().decode(header);
  return Array.from(header, (byte) => String.fromCharCode(byte)).join("");
}

function headerFields(name: string, text: string): ReadonlyMap<string, PythonLiteral> {
  let fields: ReadonlyMap<string, PythonLiteral>;
  try {
    fields = parsePythonDict(text);
  } catch (error) {
    throw damaged(name, (error as SyntaxError).message);
  }
  const keys = [...fields.keys()].sort().join(", ");
  if (keys !== "descr, fortran_order, shape") {
    throw damaged(name, `expected the keys descr, fortran_order, shape, got ${keys || "none"}`);
  }
  return fields;
}

function elementType(name: string, descr: PythonLiteral): { dtype: ElementType; littleEndian: boolean } {
  const match = typeof descr === "string" ? /^([<>=|]?)([a-z]\d+)$/.exec(descr) : null;
  const dtype = match ? numpyTypes[match[2]] : undefined;
  if (match === null || dtype === undefined) {
    const got = typeof descr === "string" ? `'${descr}'${kindOf(descr)}` : "a structured dtype";
    throw new InputError(
      `${name}: expected a dtype of plain numbers, got ${got}; save it with .astype('float32') or 'float64'`,
    );
  }
  const mark = match[1];
  return { dtype, littleEndian: mark === "<" || (mark !== ">" && hostIsLittleEndian) };
}

const numpyTypes: Readonly<Record<string, ElementType | undefined>> = {
  f2: "float16",
  f4: "float32",
  f8: "float64",
  i1: "int8",
  i2: "int16",
  i4: "int32",
  i8: "int64",
  u1: "uint8",
  u2: "uint16",
  u4: "uint32",
  u8: "uint64",
  b1: "bool",
};

function kindOf(descr: string): string {
  const kinds = {
    O: "objects",
    U: "strings",
    S: "strings",
    c: "complex",
    M: "dates",
    m: "durations",
    V: "raw bytes",
  };
  const kind = kinds[descr.replace(/^[<>=|]/, "").charAt(0) as keyof typeof kinds];
  return kind === undefined ? "" : ` (${kind})`;
}

function arrayShape(name: string, shape: PythonLiteral): readonly number[] {
  if (!Array.isArray(shape) || !shape.every((length) => Number.isSafeInteger(length) && length >= 0)) {
    throw damaged(name, `expected 'shape' as a tuple of sizes ≥ 0, got ${JSON.stringify(shape)}`);
  }
  if (shape.length > 64) throw damaged(name, `expected at most 64 axes, got ${shape.length}`);
  return shape;
}

function damaged(name: string, problem: string): InputError {
  return new InputError(`${name}: damaged npy header: ${problem}; save the array again with numpy.save`);
}
