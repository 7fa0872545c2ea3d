import type { ShapedArray } from "./floatElements.ts";
import { encodeNpy } from "./npyWriter.ts";
import { encodeZip } from "./zipWriter.ts";

/**
 * The arrays as an npz archive, as numpy.savez (or numpy.savez_compressed with `compressed`) writes it.
 * Throws a RangeError at once where a shape does not have as many elements as its data; the promise is rejected with one
 * where the archive reaches 4 GiB or 65,535 arrays.
 */
export function encodeNpz(
  arrays: Readonly<Record<string, ShapedArray>>,
  { compressed = false }: { readonly compressed?: boolean } = {},
): Promise<Uint8Array<ArrayBuffer>> {
  const contents = Object.entries(arrays).map(([name, { data, shape }]) => ({
    name: `${name}.npy`,
    bytes: encodeNpy(data, shape),
  }));
  return encodeZip(contents, compressed);
}
