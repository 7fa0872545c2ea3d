import { InputError } from "../inputError.ts";
import { type ByteSource, byteRange } from "./byteSource.ts";

/**
 * A file that a person chose in a page, or any other blob: read by range, never whole. Closing it keeps nobody from opening
 * the blob again. Reads throw an InputError where the file has changed or gone since it was chosen.
 */
export function fromBlob(blob: Blob, name: string): ByteSource {
  const whole: ByteSource = {
    name,
    size: blob.size,
    async read(position, target) {
      target.set(new Uint8Array(await content(blob.slice(position, position + target.length), name)));
    },
    async close() {},
  };
  // keeps reads inside the file, and refuses them once it is closed
  return byteRange(whole, 0, blob.size, name);
}

async function content(part: Blob, name: string): Promise<ArrayBuffer> {
  try {
    return await part.arrayBuffer();
  } catch (error) {
    throw new InputError(
      `${name}: cannot be read: ${(error as Error).message}; if it has changed or moved, choose it again`,
    );
  }
}
