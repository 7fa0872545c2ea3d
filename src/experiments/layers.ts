import type { Row } from "./experiment.ts";
import type { Layer } from "./figure.ts";
import { distinct, mean, numbers, where } from "./rows.ts";

/** For every x: the mean of `field` over the rows with it, as a line. */
export function meanLine(rows: readonly Row[], x: string, field: string, series: string): Layer {
  const points = distinct<number>(rows, x).map((value) => ({
    x: value,
    y: mean(numbers(where(rows, { [x]: value }), field)),
  }));
  return { kind: "line", series, points };
}

/** How many seeds the rows are of. */
export function seedsIn(rows: readonly Row[]): number {
  return distinct<number>(rows, "seed").length;
}
