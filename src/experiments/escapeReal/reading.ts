import type { Row } from "../experiment.ts";
import { distinct, groups, mean, numbers, where } from "../rows.ts";
import { arrived } from "./farChecks.ts";
import { arms, grown, leftAt } from "./setting.ts";

/** What was seen, network by network, and why a part is missing. */
export function reading(rows: readonly Row[]): string {
  const missing = groups(where(rows, { kind: "left out" }), ["subject", "reason"]).map(
    ({ rows: own }) => `${own[0].subject}: ${own.length} left out: ${own[0].reason}.`,
  );
  const seen = groups(
    rows.filter(({ kind }) => kind !== "left out"),
    ["subject"],
  ).map(({ name, rows: own }) => subjectReading(name, own));
  return [...seen, ...missing].join("\n");
}

function subjectReading(name: string, rows: readonly Row[]): string {
  const starts = where(rows, { kind: "start" });
  const threshold = mean(starts.map(({ threshold: value, edge }) => (value as number) / (edge as number)));
  const offSharpest = (arm: string) =>
    percent(1 - mean(numbers(where(rows, { kind: "look", arm, compare: true }), "sharpest")));
  const ends = where(rows, { kind: "end" });
  const left = where(rows, { kind: "departure", group: "1" });
  const outcomes = groups(ends, ["optimiser", "factor"]).map(({ rows: own }) => {
    const [{ optimiser, factor }] = own;
    const there = own.filter(arrived);
    const along = where(left, { optimiser, factor });
    const unit = optimiser === "SGD" ? "η*" : "2/λ₁";
    if (there.length === 0) return `${optimiser} at ${factor}·${unit} did not`;
    const [lambdaMax, trace] = ["lambdaMax", "trace"].map((field) => mean(numbers(there, field)).toFixed(2));
    const peak = 10 ** mean(numbers(there, "peak").map(Math.log10));
    return `${optimiser} at ${factor}·${unit} (η = ${mean(numbers(own, "rate")).toFixed(2)}·2/λ₁) with ${percent(mean(numbers(along, "displacement")))} of its squared displacement along u₁, a loss of ${peak.toPrecision(1)} of that of f = 0 at the highest, and λ_max and Tr G in the end at ${lambdaMax} and ${trace} of θ*, ${percent(mean(numbers(there, "movedSharpest")))} of the way there along u₁ and ${percent(mean(numbers(there, "movedOutside")))} where first order sees nothing`;
  });
  return (
    `${name}: η* of B = 1 was ${threshold.toFixed(2)} of 2/λ₁ on average. When the mean loss had grown ×${grown}, SGD had ${offSharpest(arms.sgd)} of it off the sharpest direction, GD ${offSharpest(arms.gradientDescent)}. ` +
    `Single runs left (loss ${100 * leftAt} % of that of f = 0) and settled elsewhere: ${outcomes.join("; ")}.${counted(ends)}`
  );
}

/** Runs that are in no mean above. */
function counted(ends: readonly Row[]): string {
  const lost = ends.filter((row) => !arrived(row));
  if (lost.length === 0) return "";
  const by = distinct<string>(lost, "optimiser").map(
    (optimiser) => `${where(lost, { optimiser }).length} of ${optimiser}`,
  );
  return ` Of ${ends.length} runs ${by.join(" and ")} did not leave in time or did not settle.`;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(share < 0.1 ? 1 : 0)} %`;
}
