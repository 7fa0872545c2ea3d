import { formatFixed } from "../numbers.ts";
import type { Omitted } from "./shapes.ts";

/** Says in one line what a figure was given and does not show; empty where everything is drawn. */
export function omissionNote(panels: readonly Omitted[]): string {
  const total = (reason: keyof Omitted) => panels.reduce((sum, omitted) => sum + omitted[reason], 0);
  const reasons = [
    counted(total("notFinite"), "value is not finite", "values are not finite"),
    counted(
      total("notPositive"),
      "value ≤ 0 has no place on a log axis",
      "values ≤ 0 have no place on a log axis",
    ),
    counted(total("outside"), "value lies outside the axes", "values lie outside the axes"),
  ].filter((reason) => reason !== "");
  return reasons.length === 0 ? "" : `Not drawn: ${reasons.join("; ")}.`;
}

function counted(count: number, one: string, many: string): string {
  if (count === 0) return "";
  return `${formatFixed(count, 0)} ${count === 1 ? one : many}`;
}
