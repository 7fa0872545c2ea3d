import { mkdir, readlink, stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { InputError } from "../inputError.ts";

/** Another process may remove the folder above, empty again, before the one inside is made. */
const mostTries = 10;

/**
 * Makes a folder and those above it; the first of them that was not there, a whole path, or undefined.
 * Node's recursive mkdir never ends where the folder above is there and takes none: in /proc, or under a link that
 * leads nowhere. Throws what the file system says, of such a link an InputError.
 */
export async function makeFolder(folder: string): Promise<string | undefined> {
  const path = resolve(folder);
  let first: string | undefined;
  for (let tries = 1; ; tries++) {
    try {
      await mkdir(path);
      return first ?? path;
    } catch (error) {
      if (await isFolder(path)) return first;
      const { code } = error as NodeJS.ErrnoException;
      if (code === "EEXIST") await refuseLinkToNothing(path);
      if (code !== "ENOENT" || tries === mostTries || dirname(path) === path) throw error;
    }
    first = (await makeFolder(dirname(path))) ?? first;
  }
}

const isFolder = (path: string) =>
  stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );

async function refuseLinkToNothing(path: string): Promise<void> {
  const target = await readlink(path).catch(() => undefined);
  if (target === undefined) return;
  throw new InputError(
    `${path}: expected a folder, got a link to ${target}, which is none; make that folder or choose another place`,
  );
}
