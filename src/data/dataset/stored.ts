import { InputError } from "../../inputError.ts";
import type { FloatArray } from "../../linalg/matrix.ts";
import type { Labels, Targets } from "./targets.ts";

/** A whole split as its files hold it. Bytes stay bytes: 47 MB for MNIST, not 376, until some samples are chosen. */
export interface StoredSamples {
  /** For people: "mnist, training split". */
  readonly name: string;
  readonly count: number;
  readonly inputShape: readonly number[];
  /** n × ∏ inputShape; the inputs are these over `divisor`. */
  readonly values: Uint8Array | FloatArray;
  readonly divisor: number;
  readonly labels?: Labels;
  readonly targets?: Targets;
}

/** For the stored value at position k, which is not finite or not so as an input in this precision. */
export function notFinite(
  { name, count, values }: StoredSamples,
  k: number,
  precision: "float32" | "float64" = "float64",
): InputError {
  const sample = Math.floor(k / (values.length / count));
  return Number.isFinite(values[k])
    ? new InputError(
        `${name}: expected inputs that fit ${precision}, got ${values[k]} in sample ${sample}; scale them down`,
      )
    : new InputError(
        `${name}: expected finite inputs, got ${values[k]} in sample ${sample}; drop or repair that sample`,
      );
}
