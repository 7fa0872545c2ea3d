import { elementTypeOf, littleEndianBytes, type ShapedArray } from "./floatElements.ts";
import { tensorTypes } from "./safetensorsHeader.ts";

/**
 * The tensors as the content of a safetensors file, in the order of the record, with `metadata` as `__metadata__`.
 * Throws a RangeError where a shape does not have as many elements as its data, where an axis is no non-negative integer,
 * and on a tensor named `__metadata__`.
 */
export function encodeSafetensors(
  tensors: Readonly<Record<string, ShapedArray>>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array<ArrayBuffer> {
  const entries = Object.entries(tensors);
  let end = 0;
  const described = entries.map(([name, { data, shape }]) => {
    if (name === "__metadata__") throw new RangeError(`${name}: expected a tensor of another name`);
    if (shape.some((length) => !(Number.isInteger(length) && length >= 0))) {
      throw new RangeError(`${name}: expected a shape of non-negative integers, got (${shape.join(", ")})`);
    }
    const size = shape.reduce((product, length) => product * length, 1);
    if (size !== data.length) {
      throw new RangeError(
        `${name}: shape (${shape.join(", ")}) has ${size} elements, data has ${data.length}`,
      );
    }
    const begin = end;
    end += data.byteLength;
    return [name, { dtype: typeCode(data), shape, data_offsets: [begin, end] }] as const;
  });
  const header =
    Object.keys(metadata).length > 0 ? [["__metadata__", metadata] as const, ...described] : described;
  // Spaces at the end, so that the elements are aligned.
  const json = new TextEncoder().encode(JSON.stringify(Object.fromEntries(header)));
  const headerLength = Math.ceil(json.length / 8) * 8;
  const file = new Uint8Array(8 + headerLength + end).fill(0x20, 8, 8 + headerLength);
  new DataView(file.buffer).setBigUint64(0, BigInt(headerLength), true);
  file.set(json, 8);
  let position = 8 + headerLength;
  for (const [, { data }] of entries) {
    file.set(littleEndianBytes(data), position);
    position += data.byteLength;
  }
  return file;
}

function typeCode(data: ShapedArray["data"]): string {
  const type = elementTypeOf(data);
  return Object.entries(tensorTypes).find(([, element]) => element === type)![0];
}
