import { InputError } from "../../inputError.ts";
import type { FloatArray } from "../../linalg/matrix.ts";
import type { Labels, Targets } from "./targets.ts";

/** A whole split as its files hold it. Bytes stay bytes: 47 MB for MNIST, not 376, until some samples are chosen. */
export interface StoredSamples {
  /** For people: "mnist, training split". */
  readonly name: string;
  readonly count: number;
  readonly inputShape: readonly number[];
  /** n × ∏ inputShape; the inputs are these over `divisor`. Of `read` alone where only some samples were read. */
  readonly values: Uint8Array | FloatArray;
  /** Their numbers, in the order of `values`. */
  readonly read?: Int32Array;
  readonly divisor: number;
  readonly labels?: Labels;
  readonly targets?: Targets;
}

/** Where the values of these samples lie: which of the samples read each one is. */
export function placesOf({ read }: StoredSamples, indices: Int32Array): Int32Array {
  if (!read) return indices;
  const places = new Map(Array.from(read, (sample, place) => [sample, place]));
  return indices.map((sample) => {
    const place = places.get(sample);
    if (place === undefined) throw new RangeError(`sample ${sample}: expected one that was read`);
    return place;
  });
}

/** For the stored value at position k, which is not finite or not so as an input in this precision. */
export function notFinite(
  { name, count, values, read }: StoredSamples,
  k: number,
  precision: "float32" | "float64" = "float64",
): InputError {
  const place = Math.floor(k / (values.length / (read?.length ?? count)));
  const sample = read?.[place] ?? place;
  return Number.isFinite(values[k])
    ? new InputError(
        `${name}: expected inputs that fit ${precision}, got ${values[k]} in sample ${sample}; scale them down`,
      )
    : new InputError(
        `${name}: expected finite inputs, got ${values[k]} in sample ${sample}; drop or repair that sample`,
      );
}
