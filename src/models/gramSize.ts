import { InputError } from "../inputError.ts";

/** Largest n·C of a Gram matrix in memory: 8 GiB of float64. */
const largest = 32_768;

/** Throws an InputError where a Gram matrix of n·C = `size` would not fit. */
export function requireGramSize(size: number, name = "Gram matrix"): void {
  if (size > largest) {
    throw new InputError(
      `${name}: expected at most ${largest} samples × outputs when parameters are more than that, got ${size}; measure a random subset of the samples, or estimate it (noisegeo measure --estimate PAIRS)`,
    );
  }
}
