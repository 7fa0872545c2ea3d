import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { fileProblem } from "../../fileProblem.ts";
import { InputError } from "../../inputError.ts";
import type { InputFile } from "./job.ts";

/** Digests of this process, by path: a file is read again only where its size or time of change is another. */
const known = new Map<string, { readonly stamp: string; readonly sha256: Promise<string> }>();

/** A file as it is now. Throws an InputError where it cannot be read. */
export async function inputFile(path: string): Promise<InputFile> {
  return { path, sha256: await digest(path) };
}

/** Throws an InputError where a file is not what it was when the job was made. */
export async function requireInputs(inputs: readonly InputFile[]): Promise<void> {
  for (const { path, sha256 } of inputs) {
    const found = await digest(path);
    if (found !== sha256) {
      throw new InputError(
        `${path}: expected the content the job was made with (SHA-256 ${sha256.slice(0, 12)}…), got another (${found.slice(0, 12)}…); put the same file in that place on every worker, or make the sweep anew`,
      );
    }
  }
}

async function digest(path: string): Promise<string> {
  try {
    const { size, mtimeMs } = await stat(path);
    const stamp = `${size} ${mtimeMs}`;
    const earlier = known.get(path);
    if (earlier?.stamp === stamp) return await earlier.sha256;
    const sha256 = digestAnew(path);
    known.set(path, { stamp, sha256 });
    return await sha256;
  } catch (error) {
    known.delete(path);
    throw new InputError(`${path}: expected a file to read, got ${fileProblem(error)}; check the path`);
  }
}

async function digestAnew(path: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path), hash);
  return hash.digest("hex");
}
