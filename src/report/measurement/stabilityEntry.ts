import type { BatchStability } from "../../dynamics/batchStability.ts";
import type { DocumentNumbers } from "../documentNumbers.ts";

/** An entry of `stability` in the document (docs/contract.md). */
export interface StabilityEntry {
  readonly batch: number;
  readonly replacement: boolean;
  readonly threshold: number | null;
  /** By how much η* may be smaller. */
  readonly thresholdError: number | null;
  readonly necessary: { readonly sharpestDirection: number | null; readonly isotropic: number | null };
  readonly alignmentBound: number | null;
  readonly gradientDescent: number | null;
}

export function stabilityEntry(
  stability: BatchStability,
  position: number,
  { finite, field }: DocumentNumbers,
): StabilityEntry {
  const { batch, replacement, threshold, necessary } = stability;
  const at = (name: string) => `stability[${position}].${name}`;
  return {
    batch,
    replacement,
    threshold: field(threshold, ({ value }) => value, at("threshold")),
    thresholdError: field(threshold, ({ error }) => error, at("thresholdError")),
    necessary: {
      sharpestDirection: field(
        necessary,
        (bound) => bound.sharpestDirection,
        at("necessary.sharpestDirection"),
      ),
      isotropic: field(necessary, (bound) => bound.isotropic, at("necessary.isotropic")),
    },
    alignmentBound: finite(stability.alignmentBound, at("alignmentBound")),
    gradientDescent: finite(stability.gradientDescent, at("gradientDescent")),
  };
}
