/** The header of a safetensors file (https://huggingface.co/docs/safetensors, "Format"), checked in full. */
import { InputError } from "../inputError.ts";
import type { ByteSource } from "./byteSource.ts";
import { arrayBytes, type ElementType } from "./floatElements.ts";

interface TensorEntry {
  readonly name: string;
  /** As the file calls it: "F32". */
  readonly dtype: string;
  readonly shape: readonly number[];
  /** Where the tensor's bytes begin in the file. */
  readonly position: number;
}

export interface SafetensorsHeader {
  /** In the order of the bytes in the file. */
  readonly tensors: readonly TensorEntry[];
  readonly metadata: Readonly<Record<string, string>>;
}

/** Element types that are read as numbers; a file may hold tensors of others beside them. */
export const tensorTypes = {
  F64: "float64",
  F32: "float32",
  F16: "float16",
  BF16: "bfloat16",
  I64: "int64",
  I32: "int32",
  I16: "int16",
  I8: "int8",
  U64: "uint64",
  U32: "uint32",
  U16: "uint16",
  U8: "uint8",
  BOOL: "bool",
} as const satisfies Record<string, ElementType>;

export function tensorType(dtype: string): ElementType | undefined {
  return Object.hasOwn(tensorTypes, dtype) ? tensorTypes[dtype as keyof typeof tensorTypes] : undefined;
}

/**
 * Throws an InputError where `bytes` is no safetensors file, its JSON is not what the format asks for, or the tensors
 * do not fill the file one after the other.
 */
export async function readSafetensorsHeader(bytes: ByteSource): Promise<SafetensorsHeader> {
  const length = await headerLength(bytes);
  const text = new Uint8Array(length);
  await bytes.read(8, text);
  const { __metadata__: metadata = {}, ...entries } = parseHeader(bytes.name, text);
  if (!isRecord(metadata) || !Object.values(metadata).every((value) => typeof value === "string")) {
    throw damaged(bytes.name, "expected '__metadata__' to hold strings only");
  }
  const tensors = Object.entries(entries).map(([name, entry]) => tensor(bytes.name, name, entry));
  tensors.sort((a, b) => a.begin - b.begin || a.end - b.end);
  let end = 0;
  for (const { name, begin, end: next } of tensors) {
    if (begin !== end) throw damaged(bytes.name, `'${name}' begins at byte ${begin}, expected ${end}`);
    end = next;
  }
  if (8 + length + end !== bytes.size) {
    throw damaged(bytes.name, `expected ${8 + length + end} bytes, got ${bytes.size}`);
  }
  return {
    tensors: tensors.map(({ name, dtype, shape, begin }) => ({
      name,
      dtype,
      shape,
      position: 8 + length + begin,
    })),
    metadata: metadata as Record<string, string>,
  };
}

/** The format's own limit. */
const longestHeader = 100_000_000;

async function headerLength(bytes: ByteSource): Promise<number> {
  if (bytes.size < 10) throw damaged(bytes.name, `expected at least 10 bytes, got ${bytes.size}`);
  const prefix = new Uint8Array(8);
  await bytes.read(0, prefix);
  const length = new DataView(prefix.buffer).getBigUint64(0, true);
  const limit = Math.min(longestHeader, bytes.size - 8);
  if (length > limit) throw damaged(bytes.name, `expected a header of at most ${limit} bytes, got ${length}`);
  return Number(length);
}

function parseHeader(name: string, bytes: Uint8Array): Record<string, unknown> {
  let header: unknown;
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    header = JSON.parse(text);
    const repeated = repeatedKey(text);
    if (repeated !== undefined) throw new SyntaxError(`${repeated} occurs twice`);
  } catch (error) {
    throw damaged(name, `expected JSON: ${(error as Error).message.replaceAll(/\s+/g, " ").slice(0, 100)}`);
  }
  if (!isRecord(header)) throw damaged(name, "expected a JSON object");
  return header;
}

/** The first key that occurs twice at the top level of a valid JSON object: JSON.parse would keep the last in silence. */
function repeatedKey(text: string): string | undefined {
  const seen = new Set<string>();
  let depth = 0;
  for (const [token, string] of text.matchAll(/[{}[\]]|("(?:[^"\\]|\\.)*")\s*:|"(?:[^"\\]|\\.)*"/g)) {
    if (token === "{" || token === "[") depth++;
    else if (token === "}" || token === "]") depth--;
    else if (depth === 1 && string !== undefined) {
      const key: string = JSON.parse(string);
      if (seen.has(key)) return string;
      seen.add(key);
    }
  }
  return undefined;
}

function tensor(file: string, name: string, entry: unknown) {
  if (!isRecord(entry) || Object.keys(entry).sort().join() !== "data_offsets,dtype,shape") {
    throw damaged(file, `expected '${name}' to have dtype, shape and data_offsets`);
  }
  const { dtype, shape, data_offsets: offsets } = entry;
  if (typeof dtype !== "string" || !isSizes(shape) || !isSizes(offsets) || offsets.length !== 2) {
    throw damaged(file, `expected '${name}' to have sizes ≥ 0 as shape and two data_offsets`);
  }
  const [begin, end] = offsets;
  const type = tensorType(dtype);
  const expected = type === undefined ? end - begin : arrayBytes(shape, type);
  if (end < begin || end - begin !== expected) {
    const size = expected ?? "over 2^53";
    throw damaged(
      file,
      `expected ${size} bytes for '${name}', ${dtype} of shape (${shape.join(", ")}), got ${end - begin}`,
    );
  }
  return { name, dtype, shape, begin, end };
}

function isSizes(value: unknown): value is number[] {
  return (
    Array.isArray(value) &&
    value.length <= 64 &&
    value.every((size) => Number.isSafeInteger(size) && size >= 0)
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function damaged(file: string, problem: string): InputError {
  return new InputError(`${file}: not a safetensors file, or damaged: ${problem}; save it again`);
}
