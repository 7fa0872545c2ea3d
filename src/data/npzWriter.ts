import type { ShapedArray } from "./floatElements.ts";
import { encodeNpy } from "./npyWriter.ts";
import { unsafeName } from "./zipDirectory.ts";
import { encodeZip } from "./zipWriter.ts";

/**
 * The arrays as an npz archive, as numpy.savez (or numpy.savez_compressed with `compressed`) writes it.
 * Throws a RangeError where a shape does not have as many elements as its data, where an axis is no non-negative integer,
 * on a name that `openNpz` refuses or reads as another, and where the archive reaches 4 GiB or 65,535 arrays.
 */
export async function encodeNpz(
  arrays: Readonly<Record<string, ShapedArray>>,
  { compressed = false }: { readonly compressed?: boolean } = {},
): Promise<Uint8Array<ArrayBuffer>> {
  const contents = Object.entries(arrays).map(([name, { data, shape }]) => ({
    name: memberName(name),
    bytes: encodeNpy(data, shape),
  }));
  return encodeZip(contents, compressed);
}

/** The member's name, which must come back from the archive as it is. */
function memberName(name: string): string {
  const member = `${name}.npy`;
  const bytes = new TextEncoder().encode(member);
  if (!unsafeName.test(member) && bytes.length < 2 ** 16 && new TextDecoder().decode(bytes) === member)
    return member;
  throw new RangeError(
    `npz: expected names of at most 65,531 bytes that are no paths elsewhere, got ${JSON.stringify(name.slice(0, 100))}`,
  );
}
