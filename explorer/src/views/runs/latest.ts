import { isDefined, type Undefined } from "../../../../src/geometry/undefined.ts";
import type { ApiMetricsRow } from "../../../../src/serve/api.ts";

export interface Latest {
  readonly value: number;
  readonly row: ApiMetricsRow;
}

/** The last measurement of a column, or why there is none. */
export function latest(rows: readonly ApiMetricsRow[], column: string): Latest | Undefined {
  for (let at = rows.length - 1; at >= 0; at--) {
    const value = rows[at][column];
    if (typeof value === "number") return { value, row: rows[at] };
    const reason = reasonIn(rows[at], column);
    if (reason !== undefined) return { undefined: reason };
  }
  return { undefined: "not measured yet" };
}

export function numberOf(found: Latest | Undefined): number | Undefined {
  return isDefined(found) ? found.value : found;
}

/** Columns that had no value somewhere: how often, and the last reason. */
export function withoutValue(
  rows: readonly ApiMetricsRow[],
): readonly { readonly column: string; readonly count: number; readonly reason: string }[] {
  const found = new Map<string, { count: number; reason: string }>();
  for (const row of rows) {
    if (typeof row.undefined !== "string") continue;
    for (const line of row.undefined.split("\n")) {
      const [column, reason] = parts(line);
      found.set(column, { count: (found.get(column)?.count ?? 0) + 1, reason });
    }
  }
  return [...found].map(([column, rest]) => ({ column, ...rest }));
}

function reasonIn({ undefined: reasons }: ApiMetricsRow, column: string): string | undefined {
  if (typeof reasons !== "string") return undefined;
  return reasons
    .split("\n")
    .map(parts)
    .find(([name]) => name === column)?.[1];
}

/** "column: reason". */
function parts(line: string): readonly [string, string] {
  const at = line.indexOf(": ");
  return at === -1 ? [line, ""] : [line.slice(0, at), line.slice(at + 2)];
}
