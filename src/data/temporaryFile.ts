import { fileProblem } from "../fileProblem.ts";
import { InputError } from "../inputError.ts";
import { openFile, type SyncByteSource } from "./byteSource.ts";

/**
 * Writes `content`, `size` bytes in pieces, to a temporary file and opens it under the given name (Node only).
 * The file loses its name at once, so that it is gone when the process ends, however it ends; where the system does
 * not let go of the name of an open file (Windows), closing removes it.
 * Errors of `content` pass through; throws an InputError where there is no file system or no room.
 */
export async function temporaryFile(
  content: AsyncIterable<Uint8Array>,
  size: number,
  name: string,
): Promise<SyncByteSource> {
  if (!("process" in globalThis)) {
    throw new InputError(`${name}: ${size} bytes compressed are too many for a browser; uncompress it`);
  }
  const { mkdtemp, open, rm } = await import(/* @vite-ignore */ "node:fs/promises");
  const { tmpdir } = await import(/* @vite-ignore */ "node:os");
  const { join } = await import(/* @vite-ignore */ "node:path");
  const noRoom = (error: Error) => {
    throw new InputError(
      `${name}: cannot inflate ${size} bytes into ${tmpdir()}: ${fileProblem(error)}; ` +
        "set TMPDIR to a disk with room, or uncompress it",
    );
  };
  const directory = await mkdtemp(join(tmpdir(), "noise-geometry-")).catch(noRoom);
  const remove = () => rm(directory, { recursive: true, force: true }).catch(() => {});
  const path = join(directory, "inflated");
  const file = await open(path, "wx", 0o600).catch(noRoom);
  let source: SyncByteSource | undefined;
  try {
    await file.truncate(size).catch(noRoom);
    source = await openFile(path);
    await remove();
    for await (const piece of content) await file.writeFile(piece).catch(noRoom);
  } catch (error) {
    await source?.close();
    throw error;
  } finally {
    await file.close();
    await remove();
  }
  const { read, readSync, close } = source;
  return { name, size, read, readSync, close: () => close().then(remove) };
}
