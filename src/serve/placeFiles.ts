import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import type { ServedFile } from "./api.ts";
import { foldersIn, type Place } from "./catalog.ts";
import { type FileTypes, isServedName, locate, openWithin } from "./servedFolder.ts";

/** What runs, sweeps and reproductions consist of. */
export const runFileTypes: FileTypes = {
  ".html": "text/html; charset=utf-8",
  ".json": "application/json",
  ".jsonl": "application/jsonl; charset=utf-8",
  ".parquet": "application/vnd.apache.parquet",
  ".png": "image/png",
  ".safetensors": "application/octet-stream",
  ".svg": "image/svg+xml",
};

/** The files that /files/ID/ gives out: in the folder and one level below. */
export async function filesOf(root: string, { names }: Place): Promise<readonly ServedFile[]> {
  const files: ServedFile[] = [];
  const folders = (await foldersIn(join(root, ...names))).filter(isServedName);
  for (const folder of [[], ...folders.map((name) => [name])]) {
    const entries = await readdir(join(root, ...names, ...folder)).catch(() => []);
    for (const entry of entries.filter(isServedName).sort()) {
      const file = await openWithin(root, [...names, ...folder, entry], runFileTypes);
      if (!file) continue;
      await file.handle.close();
      files.push({ path: [...folder, entry].join("/"), bytes: file.bytes });
    }
  }
  return files;
}

/** What a file of JSON holds, or undefined where there is none that can be read. @param root the folder served, a real path */
export async function readJsonWithin<T>(root: string, names: readonly string[]): Promise<T | undefined> {
  const file = await openWithin(root, names, { ".json": "" });
  if (!file) return undefined;
  try {
    return (JSON.parse(await readFile(file.handle, "utf8")) as T | null) ?? undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  } finally {
    await file.handle.close();
  }
}

export async function isFileWithin(root: string, names: readonly string[]): Promise<boolean> {
  const file = await openWithin(root, names, runFileTypes);
  await file?.handle.close();
  return file !== undefined;
}

/** When one of the files was last written to: ISO 8601. */
export async function lastChange(root: string, files: readonly (readonly string[])[]): Promise<string> {
  const times = await Promise.all(files.map((names) => changeTime(root, names)));
  return new Date(times.reduce<number>((latest, time) => Math.max(latest, time ?? 0), 0)).toISOString();
}

/** Milliseconds since 1970, or undefined where there is no such file within the root. */
export async function changeTime(root: string, names: readonly string[]): Promise<number | undefined> {
  const path = await locate(root, ...names);
  const found = path === undefined ? undefined : await stat(path).catch(() => undefined);
  return found?.mtimeMs;
}
