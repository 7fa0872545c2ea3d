import { readFile } from "node:fs/promises";
import { InputError } from "../inputError.ts";

/** The text of a configuration. Throws an InputError where it cannot be read. */
export async function readConfigFile(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new InputError(`${file}: expected a configuration to read, got ${code ?? message}; check the path`);
  }
}
