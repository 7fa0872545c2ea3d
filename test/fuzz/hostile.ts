/** What every reader owes to a file that nobody can vouch for. */
import { expect } from "vitest";
import { InputError } from "../../src/inputError.ts";
import { bytesAllocated } from "./allocation.ts";
import { watched } from "./watchdog.ts";

interface Limits {
  /** Bytes that may be allocated for each byte of the file … */
  readonly perByte: number;
  /** … and whatever its length. */
  readonly constant: number;
}

/**
 * Reads `file`, which has to end within seconds, in an InputError of one line that begins with the file's name or in a
 * value (of which `read` checks what it promises), with no more memory than the limits say. Returns whether it was read.
 */
export async function readOrRefused(
  file: Uint8Array,
  read: (file: Uint8Array, name: string) => Promise<void>,
  { perByte, constant }: Limits,
): Promise<boolean> {
  const name = "hostile.file";
  let done = false;
  const bytes = await bytesAllocated(() =>
    watched(file, async () => {
      try {
        await read(file, name);
        done = true;
      } catch (error) {
        expectOneLine(error, name);
      }
    }),
  );
  expect(bytes).toBeLessThanOrEqual(perByte * file.length + constant);
  return done;
}

/** Throws what is no InputError, so that its own stack is seen. */
export function expectOneLine(error: unknown, name: string): void {
  if (!(error instanceof InputError)) throw error;
  expect(error.message).toMatch(/^[^\p{Cc}\p{Zl}\p{Zp}]+$/u);
  expect(error.message.startsWith(name), error.message).toBe(true);
}
