import { InputError } from "../inputError.ts";
import type { ArraySource } from "./arraySource.ts";
import type { ByteSource } from "./byteSource.ts";
import { arrayBytes } from "./floatElements.ts";
import { denseArray } from "./floatSlab.ts";
import { readNpyHeader } from "./npyHeader.ts";

/**
 * The array of an npy file (versions 1.0 to 3.0 of numpy.lib.format): floats of 2, 4 and 8 bytes, integers and booleans,
 * either byte order, C or Fortran order, at most 64 axes. Takes over `bytes`: closes it with the array, or at once where it
 * throws.
 * Throws an InputError where `bytes` is no such file, or is not as long as its shape says.
 */
export async function openNpy(bytes: ByteSource): Promise<ArraySource> {
  try {
    const { dataPosition, ...header } = await readNpyHeader(bytes);
    const expected = arrayBytes(header.shape, header.dtype);
    const got = bytes.size - dataPosition;
    if (got !== expected) {
      const { shape, dtype } = header;
      const problem =
        expected !== undefined && got > expected ? "more than one array, or damaged" : "cut short";
      throw new InputError(
        `${bytes.name}: expected ${expected ?? "over 2^53"} bytes for ${dtype} of shape (${shape.join(", ")}), ` +
          `got ${got}: ${problem}; save the array again`,
      );
    }
    return denseArray({ bytes, position: dataPosition, ...header });
  } catch (error) {
    await bytes.close();
    throw error;
  }
}
