import { openFile } from "../data/byteSource.ts";

/** A file's bytes. Throws an InputError where there is no such file or it cannot be read. */
export async function readInput(path: string): Promise<Uint8Array> {
  const source = await openFile(path);
  try {
    const bytes = new Uint8Array(source.size);
    await source.read(0, bytes);
    return bytes;
  } finally {
    await source.close();
  }
}

/** Likewise, as UTF-8 text. */
export async function readInputText(path: string): Promise<string> {
  return new TextDecoder().decode(await readInput(path));
}
