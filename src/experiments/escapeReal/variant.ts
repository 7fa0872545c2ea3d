import { type Descend, descend } from "../minima/pairedRun.ts";

/** What takes the place of the real thing in tests that a claim must not survive. */
export interface Variant {
  /** How SGD moves at its raised learning rate. */
  readonly descend: Descend;
  /** Which of the measured coordinates stands for which eigen-direction. */
  readonly directions: (w: Float64Array) => Float64Array;
}

export const genuine: Variant = { descend, directions: (w) => w };
