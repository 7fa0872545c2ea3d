import { isDefined, type Undefined } from "../geometry/undefined.ts";

/** Collects why numbers and flags of a document are null (docs/contract.md). */
export interface DocumentNumbers {
  /** Reasons by path. */
  readonly undefined: Readonly<Record<string, string>>;
  /** The number, or null with its reason noted under its path. */
  finite(value: number | Undefined, path: string): number | null;
  /** Likewise what `pick` takes from a value that may itself be undefined. */
  field<T>(value: T | Undefined, pick: (value: T) => number | Undefined, path: string): number | null;
  /** Likewise yes or no. */
  flag(value: boolean | Undefined, path: string): boolean | null;
}

export function documentNumbers(): DocumentNumbers {
  const reasons: Record<string, string> = {};
  const finite = (value: number | Undefined, path: string): number | null => {
    if (isDefined(value) && Number.isFinite(value)) return value;
    reasons[path] = isDefined(value) ? "the value is beyond the range of float64" : value.undefined;
    return null;
  };
  return {
    undefined: reasons,
    finite,
    field: (value, pick, path) => finite(isDefined(value) ? pick(value) : value, path),
    flag(value, path) {
      if (isDefined(value)) return value;
      reasons[path] = value.undefined;
      return null;
    },
  };
}
