import { renameSync, writeFileSync } from "node:fs";

/** Writes a file as the program does: who reads meanwhile finds the old content or all of the new. */
export function putInPlace(path: string, content: string): void {
  writeFileSync(`${path}.new`, content);
  renameSync(`${path}.new`, path);
}
