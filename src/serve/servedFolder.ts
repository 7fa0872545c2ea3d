import { constants } from "node:fs";
import { type FileHandle, open, realpath } from "node:fs/promises";
import { extname, join, sep } from "node:path";
import { isAbsent } from "../runs/atomicFile.ts";

/** A regular file, open for reading. Whoever opened it closes it. */
export interface OpenFile {
  readonly handle: FileHandle;
  readonly path: string;
  readonly type: string;
  readonly bytes: number;
  readonly changed: Date;
}

/** Content types by extension, dot included; files of other extensions are not served. */
export type FileTypes = Readonly<Record<string, string>>;

/**
 * The names of a path in an address (what stands between the slashes, still percent-encoded), or undefined where one of them is
 * none that the files served have: letters, digits and `_ - .`, not beginning with a dot. So no name steps out of a
 * folder, hides, holds a separator of some system or means something once it is decoded again.
 */
export function namesOf(path: string): readonly string[] | undefined {
  const names: string[] = [];
  for (const part of path.split("/")) {
    let name: string;
    try {
      name = decodeURIComponent(part);
    } catch {
      return undefined;
    }
    if (!isServedName(name)) return undefined;
    names.push(name);
  }
  return names;
}

/** Whether `namesOf` lets a name pass. */
export function isServedName(name: string): boolean {
  return /^[A-Za-z0-9_-][A-Za-z0-9._-]*$/.test(name);
}

/** Where a path lies in truth, or undefined where that is nowhere or outside of `root` (a real path itself). */
export async function locate(root: string, ...names: readonly string[]): Promise<string | undefined> {
  try {
    const path = await realpath(join(root, ...names));
    const inside = root.endsWith(sep) ? root : root + sep;
    return path === root || path.startsWith(inside) ? path : undefined;
  } catch (error) {
    if (isUnreachable(error)) return undefined;
    throw error;
  }
}

/** Opens a regular file of a known type within `root` (a real path), or gives undefined for anything else. */
export async function openWithin(
  root: string,
  names: readonly string[],
  types: FileTypes,
): Promise<OpenFile | undefined> {
  const path = await locate(root, ...names);
  // of the real name: a link must not lend its extension to another file
  const type = path === undefined ? undefined : types[extname(path).toLowerCase()];
  if (path === undefined || type === undefined) return undefined;
  let handle: FileHandle;
  try {
    // not to hang on a pipe, nor follow a link put in place since
    handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    if (isUnreachable(error)) return undefined;
    throw error;
  }
  const stat = await handle.stat();
  if (stat.isFile()) return { handle, path, type, bytes: stat.size, changed: stat.mtime };
  await handle.close();
  return undefined;
}

/** Whether something that a folder lists cannot be read, for whatever reason of its own. */
export function isUnreachable(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code ?? "";
  return isAbsent(error) || ["EACCES", "EPERM", "ELOOP", "ENAMETOOLONG", "ENXIO", "EISDIR"].includes(code);
}
