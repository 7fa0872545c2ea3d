/** Array files made by hand, by other means than the writers under test. */
import fc from "fast-check";
import type { ByteSource } from "../../src/data/byteSource.ts";
import { type ElementType, elementBytes } from "../../src/data/floatElements.ts";

/** The bytes of `values`, one by one through a DataView; float16 and bfloat16 take bit patterns. */
export function elementFile(
  values: ArrayLike<number>,
  dtype: ElementType,
  littleEndian: boolean,
): Uint8Array {
  const size = elementBytes[dtype];
  const view = new DataView(new ArrayBuffer(values.length * size));
  for (let k = 0; k < values.length; k++) {
    const value = values[k];
    const offset = k * size;
    if (dtype === "float64") view.setFloat64(offset, value, littleEndian);
    else if (dtype === "float32") view.setFloat32(offset, value, littleEndian);
    else if (size === 8) view.setBigInt64(offset, BigInt(value), littleEndian);
    else if (size === 4) view.setInt32(offset, value, littleEndian);
    else if (size === 2) view.setInt16(offset, value, littleEndian);
    else view.setInt8(offset, value);
  }
  return new Uint8Array(view.buffer);
}

/** An npy file with this header text. */
export function npyFile(header: string, elements: Uint8Array, version = 1): Uint8Array {
  const text = new TextEncoder().encode(header);
  const start = version === 1 ? 10 : 12;
  const file = new Uint8Array(start + text.length + elements.length);
  file.set([0x93, ...new TextEncoder().encode("NUMPY"), version, 0]);
  const view = new DataView(file.buffer);
  if (version === 1) view.setUint16(8, text.length, true);
  else view.setUint32(8, text.length, true);
  file.set(text, start);
  file.set(elements, start + text.length);
  return file;
}

/** The header that numpy writes. */
export function npyHeaderText(descr: string, shape: readonly number[], fortranOrder = false): string {
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(", ")})`;
  return `{'descr': '${descr}', 'fortran_order': ${fortranOrder ? "True" : "False"}, 'shape': ${tuple}, }\n`;
}

/** A shape with a slab of it; axes of length 0 and 1 included. */
export const slabs = fc
  .array(fc.tuple(fc.nat(6), fc.nat(1000), fc.nat(1000)), { maxLength: 4 })
  .map((axes) =>
    axes.map(([length, a, b]) => {
      const start = a % (length + 1);
      return { length, start, count: b % (length - start + 1) };
    }),
  )
  .map((axes) => ({
    shape: axes.map(({ length }) => length),
    start: axes.map(({ start }) => start),
    count: axes.map(({ count }) => count),
  }));

/** A source whose byte at each position is `byteAt(position)`: files of any size without the memory. Counts its reads. */
export function virtualSource(size: number, byteAt: (position: number) => number) {
  const reads: { position: number; length: number }[] = [];
  const source: ByteSource = {
    name: "virtual",
    size,
    async read(position, target) {
      reads.push({ position, length: target.length });
      for (let k = 0; k < target.length; k++) target[k] = byteAt(position + k);
    },
    async close() {},
  };
  return { source, reads };
}

/** `file` with some of its bytes changed, or cut short, or extended: never equal to `file`. */
export function mutations(file: Uint8Array, reach = file.length): fc.Arbitrary<Uint8Array> {
  const flip = fc
    .array(fc.tuple(fc.nat(reach - 1), fc.integer({ min: 1, max: 255 })), { minLength: 1, maxLength: 4 })
    .map((changes) => {
      const copy = file.slice();
      for (const [position, mask] of changes) copy[position] ^= mask;
      return copy;
    });
  const cut = fc.nat(file.length - 1).map((length) => file.slice(0, length));
  const extended = fc
    .uint8Array({ minLength: 1, maxLength: 40 })
    .map((tail) => Uint8Array.of(...file, ...tail));
  return fc.oneof({ weight: 4, arbitrary: flip }, cut, extended);
}
