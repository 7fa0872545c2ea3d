import { InputError } from "../../../../src/inputError.ts";
import type { Linearization } from "../../../../src/models/linearization.ts";

/** Largest matrix whose spectrum a page computes: 512 MiB, and four times that in work. */
const largest = 8192;

/** Throws an InputError where the matrices of a point are larger than a page holds. */
export function requireRoom(
  { samples, outputs, parameters }: Pick<Linearization, "samples" | "outputs" | "parameters">,
  name: string,
  isNetwork: boolean,
): void {
  const size = isNetwork ? samples * outputs : Math.min(samples * outputs, parameters);
  if (size <= largest) return;
  const most = Math.floor(largest / outputs);
  const remedy =
    isNetwork && most > 0
      ? `set Samples to ${most} or fewer`
      : "save fewer samples, or use the command noisegeo measure, with --estimate for very many";
  throw new InputError(
    `${name}: expected at most ${largest} samples × outputs in a page, got ${samples} × ${outputs}; ${remedy}`,
  );
}

/** What an engine's refusal of memory means for people; other errors as they are. */
export function inWords(error: unknown): unknown {
  const isMemory =
    error instanceof RangeError && /allocat|array length|out of memory|maximum size/i.test(error.message);
  return isMemory
    ? new InputError(
        "expected a model and samples that fit in this page's memory, got more; take fewer samples, or use the command noisegeo measure",
      )
    : error;
}
