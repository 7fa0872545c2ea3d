import { randomUUID } from "node:crypto";
import { type FileHandle, open, readdir, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { asWritingError } from "../fileProblem.ts";
import { makeFolder } from "./makeFolder.ts";

/**
 * Writes a file so that a reader, or a run resumed after a crash, finds either the old content or all of the new.
 * Makes the folders it needs. Throws an InputError when the place cannot be written to.
 */
export async function writeFileAtomically(path: string, content: string | Uint8Array): Promise<void> {
  const temporary = `${path}.${randomUUID()}.tmp`;
  try {
    await makeFolder(dirname(path));
    const file = await open(temporary, "w");
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {});
    throw asWritingError(path, error);
  }
}

/** Appends to a log; on disk when the promise settles. Throws an InputError when there is no room. */
export async function appendToLog(file: FileHandle, path: string, text: string): Promise<void> {
  try {
    await file.appendFile(text);
    await file.datasync();
  } catch (error) {
    throw asWritingError(path, error);
  }
}

/** Whether reading failed because there is nothing of that name. */
export function isAbsent(error: unknown): boolean {
  return ["ENOENT", "ENOTDIR"].includes((error as NodeJS.ErrnoException).code ?? "");
}

/** Removes from a folder what writes that a crash broke off have left. Nobody may be writing there. */
export async function removeTemporaryFiles(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  for (const name of names) {
    if (/\.[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}\.tmp$/.test(name))
      await rm(join(folder, name), { force: true });
  }
}
