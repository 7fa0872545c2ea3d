import type { Estimate, Row } from "../experiment.ts";
import { distinct, mean, numbers, where } from "../rows.ts";
import { estimate } from "../verdict.ts";
import {
  aboveEdge,
  constantPlan,
  cyclePlans,
  gdAbove,
  type Part,
  type Sizes,
  trainingOf,
} from "./setting.ts";

/** What was seen, part by part, and why a part is missing. */
export function reading(rows: readonly Row[], shown: readonly Part[], sizes: Sizes): string {
  const [reason] = distinct<string>(where(rows, { kind: "left out" }), "reason");
  return [
    ...shown.map((part) => partReading(part, where(rows, { part }), trainingOf(part, sizes).cycle)),
    ...(reason === undefined ? [] : [`The convolutional network on real images was left out: ${reason}.`]),
  ].join("\n");
}

function partReading(part: Part, rows: readonly Row[], cycle: number): string {
  const starts = where(rows, { kind: "start" });
  const ends = where(rows, { kind: "end", atMinimum: true });
  const [lambdaMax, trace] = ["lambdaMax", "trace"].map((field) => mean(numbers(starts, field)));
  const kept = (of: readonly Row[]) => {
    if (of.length === 0) return "no run's end";
    const parts = ["lambdaMax", "trace"].map((field) => meanShare(of, starts, field).toFixed(2));
    return parts.join(" and ");
  };
  const end = (optimiser: string, schedule: string) => where(ends, { optimiser, schedule });
  return [
    `The ${part} started at λ_max ${lambdaMax.toFixed(1)} and Tr G ${trace.toFixed(0)} on average. SGD ended at ${kept(end("SGD", constantPlan))} of these at the constant small learning rate, at ${cyclePlans.map((schedule) => `${kept(end("SGD", schedule))} under ${schedule} cycles`).join(", ")}; GD with two-level cycles of the same rates at ${kept(end("GD", "two-level"))}.`,
    ...firstCycle(where(rows, { kind: "along", step: cycle }), end("SGD", "two-level"), starts),
    `With a large learning rate ${Math.round(100 * (aboveEdge - 1))} % above 2/λ₁ GD leaves too; it ended at ${kept(end(gdAbove, "two-level"))}${ofItsEdge(rows, ends)}.`,
    ...valley(rows),
    testReading(part, ends),
  ]
    .filter((sentence) => sentence !== "")
    .join("\n");
}

/** How much of what SGD's two-level cycles do the first of them does. */
function firstCycle(after: readonly Row[], ends: readonly Row[], starts: readonly Row[]): readonly string[] {
  const first = where(after, { optimiser: "SGD", schedule: "two-level" });
  const fall = 1 - meanShare(ends, starts, "trace");
  // no fall, no part of it
  if (first.length === 0 || !(fall > 0.05)) return [];
  const part = Math.round((100 * (1 - meanShare(first, starts, "trace"))) / fall);
  return [
    `The first two-level cycle did ${part} % of the fall of Tr G: where the new minimum can be kept at the large learning rate, later cycles change little.`,
  ];
}

/** Mean over seeds of a field over that of the seed's start. */
function meanShare(of: readonly Row[], starts: readonly Row[], field: string): number {
  return mean(
    of.map((row) => {
      const [start] = where(starts, { seed: row.seed as number });
      return (row[field] as number) / (start[field] as number);
    }),
  );
}

/** λ_max at the end over 2/η of the large learning rate that GD had. */
function ofItsEdge(rows: readonly Row[], ends: readonly Row[]): string {
  const starts = where(rows, { kind: "start" });
  const ratios = where(ends, { optimiser: gdAbove }).map(({ seed, lambdaMax }) => {
    const [start] = where(starts, { seed: seed as number });
    return ((lambdaMax as number) * (start.above as number)) / 2;
  });
  if (ratios.length === 0) return "";
  return `, with λ_max at ${mean(ratios).toFixed(2)} times what that learning rate lets stand`;
}

function valley(rows: readonly Row[]): readonly string[] {
  const known = rows.filter(({ flattestTrace }) => typeof flattestTrace === "number");
  if (known.length === 0) return [];
  return [
    `The flattest minimum with the target's own weights has Tr G ${mean(numbers(known, "flattestTrace")).toFixed(0)}.`,
  ];
}

/** No claim: what the data show, and nothing where they show nothing. */
function testReading(part: Part, ends: readonly Row[]): string {
  const diagonal = part === "diagonal network";
  const field = diagonal ? "testLoss" : "testAccuracy";
  const own = where(ends, { optimiser: "SGD" });
  const constant = where(own, { schedule: constantPlan });
  const changes = cyclePlans.map((schedule) => {
    const differences = where(own, { schedule }).flatMap(({ seed, [field]: value }) =>
      where(constant, { seed: seed as number }).map((row) => (value as number) - (row[field] as number)),
    );
    return `${schedule} ${differences.length > 1 ? changeIn(estimate(differences)) : "(not known)"}`;
  });
  if (constant.length === 0) return "";
  const name = diagonal ? "The loss on new data, over that of f = 0," : "The test accuracy";
  return `${name} was ${mean(numbers(constant, field)).toFixed(3)} after SGD at the constant small learning rate; cycles changed it by ${changes.join("; ")}.`;
}

function changeIn({ mean: change, low, high }: Estimate): string {
  const verdict = low > 0 ? "higher" : high < 0 ? "lower" : "no difference shown";
  return `${signed(change)} [${signed(low)}, ${signed(high)}] (${verdict})`;
}

function signed(value: number): string {
  return `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(3)}`;
}
