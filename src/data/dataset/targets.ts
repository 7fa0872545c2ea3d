import { InputError } from "../../inputError.ts";

/** Class indices, one a sample. */
export interface Labels {
  /** Length n, each in [0, classes). */
  readonly indices: Int32Array;
  readonly classes: number;
}

/** Numbers to fit, sample-major. */
export interface Targets {
  /** Length n·C. */
  readonly values: Float64Array;
  /** C */
  readonly outputs: number;
}

/** Classes as n×C targets: 1 at the sample's class, else 0. */
export function oneHot({ indices, classes }: Labels): Targets {
  const values = new Float64Array(indices.length * classes);
  for (let i = 0; i < indices.length; i++) values[i * classes + indices[i]] = 1;
  return { values, outputs: classes };
}

/**
 * Classes as n×1 targets: +1 for the first class, −1 for the other or others. Throws an InputError where there is only one
 * class.
 */
export function signs({ indices, classes }: Labels): Targets {
  if (classes < 2) {
    throw new InputError(
      `targets ±1: expected at least two classes, got ${classes}; choose another with classes`,
    );
  }
  return { values: Float64Array.from(indices, (label) => (label === 0 ? 1 : -1)), outputs: 1 };
}
