import type { Row } from "../experiment.ts";
import { where } from "../rows.ts";

/** One number a seed that has a row in both: what the field of the one is over that of the other. Each holds a seed at most once. */
export function ratios(rows: readonly Row[], others: readonly Row[], field: string): readonly number[] {
  return paired(rows, others, field, (value, other) => value / other);
}

/** Likewise the difference. */
export function differences(rows: readonly Row[], others: readonly Row[], field: string): readonly number[] {
  return paired(rows, others, field, (value, other) => value - other);
}

function paired(
  rows: readonly Row[],
  others: readonly Row[],
  field: string,
  combined: (value: number, other: number) => number,
): readonly number[] {
  return rows.flatMap((row) =>
    where(others, { seed: row.seed }).flatMap((other) => {
      const [value, reference] = [row[field], other[field]];
      return typeof value === "number" && typeof reference === "number" ? [combined(value, reference)] : [];
    }),
  );
}
