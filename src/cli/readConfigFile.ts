import { readFile } from "node:fs/promises";
import { fileProblem } from "../fileProblem.ts";
import { InputError } from "../inputError.ts";

/** The text of a configuration. Throws an InputError where it cannot be read. */
export async function readConfigFile(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    throw new InputError(
      `${file}: expected a configuration to read, got ${fileProblem(error)}; check the path`,
    );
  }
}
