import { InputError } from "../../inputError.ts";
import type { RowSource } from "../rowSource.ts";
import type { Labels, Targets } from "./targets.ts";

/** A whole split as its files hold it. */
export interface StoredSamples {
  /** For people: "mnist, training split". */
  readonly name: string;
  readonly count: number;
  readonly inputShape: readonly number[];
  /** n × ∏ inputShape; the inputs are these over `divisor`. */
  readonly rows: RowSource;
  readonly divisor: number;
  readonly labels?: Labels;
  readonly targets?: Targets;
}

/** With the files that the rows are read from: `rows` must not be read once they are closed. */
export interface OpenSamples extends StoredSamples {
  close(): Promise<void>;
}

/** For a stored value that is not finite, or not so as an input in this precision. */
export function notFinite(
  name: string,
  sample: number,
  value: number,
  precision: "float32" | "float64" = "float64",
): InputError {
  return Number.isFinite(value)
    ? new InputError(
        `${name}: expected inputs that fit ${precision}, got ${value} in sample ${sample}; scale them down`,
      )
    : new InputError(
        `${name}: expected finite inputs, got ${value} in sample ${sample}; drop or repair that sample`,
      );
}
