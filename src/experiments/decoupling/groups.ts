import type { Check, Row } from "../experiment.ts";
import { distinct, numbers, where } from "../rows.ts";
import { worst } from "../verdict.ts";

/** The rows of one case, with its name for a statement. */
type Named = readonly [name: string, rows: readonly Row[]];

/** Groups of one model and θ. */
export function bySituation(rows: readonly Row[]): readonly Named[] {
  return distinct<string>(rows, "model").flatMap((model) =>
    distinct<string>(where(rows, { model }), "theta").map(
      (theta): Named => [`${model}, ${theta}`, where(rows, { model, theta })],
    ),
  );
}

/** Groups of one model, θ and n. */
export function bySamples(rows: readonly Row[]): readonly Named[] {
  return bySituation(rows).flatMap(([name, own]) =>
    distinct<number>(own, "samples").map(
      (samples): Named => [`${name}, n = ${samples}`, where(own, { samples })],
    ),
  );
}

/** Groups of one model and θ at their largest n. */
export function byLargest(rows: readonly Row[]): readonly Named[] {
  return bySituation(rows).map(([name, own]): Named => {
    const [, samples] = range(own);
    return [`${name}, n = ${samples}`, where(own, { samples })];
  });
}

/** The check that stands worst among the groups. */
export function worstOf(
  groups: readonly Named[],
  judge: (rows: readonly Row[], name: string) => Check,
): Check {
  return worst(groups.map(([name, rows]) => judge(rows, name)));
}

/** The least and the largest n. */
export function range(rows: readonly Row[]): readonly [least: number, most: number] {
  const samples = numbers(rows, "samples");
  return [Math.min(...samples), Math.max(...samples)];
}
