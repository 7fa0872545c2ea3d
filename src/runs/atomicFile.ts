import { randomUUID } from "node:crypto";
import { type FileHandle, mkdir, open, readdir, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { InputError } from "../inputError.ts";

/**
 * Writes a file so that a reader, or a run resumed after a crash, finds either the old content or all of the new.
 * Makes the folders it needs. Throws an InputError when the place cannot be written to.
 */
export async function writeFileAtomically(path: string, content: string | Uint8Array): Promise<void> {
  const temporary = `${path}.${randomUUID()}.tmp`;
  try {
    await mkdir(dirname(path), { recursive: true });
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
    throw asInputError(path, error);
  }
}

/** Appends to a log; on disk when the promise settles. Throws an InputError when there is no room. */
export async function appendToLog(file: FileHandle, path: string, text: string): Promise<void> {
  try {
    await file.appendFile(text);
    await file.datasync();
  } catch (error) {
    throw asInputError(path, error);
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

/** Places that cannot be written to are the caller's to choose; anything else is passed on. */
export function asInputError(path: string, error: unknown): unknown {
  const code = (error as NodeJS.ErrnoException).code ?? "";
  // of a read-only disk, ENOENT is what Node says of a folder that it cannot make
  const places = [
    "EACCES",
    "EPERM",
    "EROFS",
    "ENOTDIR",
    "EISDIR",
    "EEXIST",
    "ENOSPC",
    "EDQUOT",
    "ENOENT",
    "ELOOP",
    "ENAMETOOLONG",
  ];
  if (!places.includes(code)) return error;
  return new InputError(`${path}: expected a place to write to, got ${code}; choose another or make room`);
}

/** What is there and may not be read, or is no file, is the caller's to mend; anything else is passed on. */
export function asReadingError(path: string, error: unknown): unknown {
  const code = (error as NodeJS.ErrnoException).code ?? "";
  if (
    !["EACCES", "EPERM", "EISDIR", "ENOTDIR", "ELOOP", "ENAMETOOLONG", "ERR_STRING_TOO_LONG"].includes(code)
  )
    return error;
  return new InputError(
    `${path}: expected what a run left there, got ${code}; check the path and its permissions`,
  );
}
