import { InputError } from "../inputError.ts";

/** Outside this range the squares of the entries lose precision in float64. */
const safe = { smallest: 1e-130, largest: 1e130 };

/**
 * Throws an InputError where squares and fourth powers of numbers of which `magnitude` is the largest would leave float64.
 * `partial`: a larger one may still come.
 */
export function requireSafeMagnitude(
  magnitude: number,
  name: string,
  what: "Jacobian" | "residuals",
  partial = false,
): void {
  const tooSmall = !partial && magnitude > 0 && magnitude < safe.smallest;
  if (tooSmall || magnitude > safe.largest) {
    throw new InputError(
      `${name}: expected a largest entry between ${safe.smallest} and ${safe.largest}, got ${magnitude.toPrecision(3)}; multiply the ${what} by a constant: the alignments do not depend on it`,
    );
  }
}
