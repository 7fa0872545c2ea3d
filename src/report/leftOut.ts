import type { Table } from "../experiments/experiment.ts";

/** Trials that went without their data, for one reason. */
export interface LeftOut {
  readonly trials: number;
  readonly reason: string;
  /** What they measured in its place; undefined where they measured nothing. */
  readonly instead?: string;
}

/** What the rows of kind "left out" say, one entry a reason and substitute. */
export function leftOut({ kind = [], reason = [], instead = [] }: Table): readonly LeftOut[] {
  const found = new Map<string, LeftOut>();
  for (const [row, value] of kind.entries()) {
    if (value !== "left out") continue;
    const substitute = instead[row] ?? undefined;
    const why = String(reason[row]);
    const key = JSON.stringify([why, substitute]);
    found.set(key, {
      trials: (found.get(key)?.trials ?? 0) + 1,
      reason: why,
      ...(substitute === undefined ? {} : { instead: String(substitute) }),
    });
  }
  return [...found.values()];
}
