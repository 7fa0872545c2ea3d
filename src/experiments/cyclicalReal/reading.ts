import { constantPlan } from "../cyclical/setting.ts";
import type { Row } from "../experiment.ts";
import { distinct, mean, numbers, where } from "../rows.ts";
import { estimate } from "../verdict.ts";
import { binomialDeviation } from "./figures.ts";
import { differences, ratios } from "./pairs.ts";
import { raisedPlans, type Sizes, type Subject, twoLevelPlan } from "./setting.ts";

/** What was seen, subject by subject, and why some are missing. */
export function reading(rows: readonly Row[], shown: Sizes): string {
  const reasons = distinct<string>(where(rows, { kind: "left out" }), "reason");
  return [
    ...shown.map((subject) => subjectReading(subject, where(rows, { subject: subject.name }))),
    ...reasons.map((reason) => `Networks on real images were left out: ${reason}.`),
  ].join("\n");
}

function subjectReading(subject: Subject, rows: readonly Row[]): string {
  const arrived = where(rows, { kind: "end", arrived: true });
  const sgd = where(arrived, { optimiser: "SGD" });
  const constant = where(sgd, { schedule: constantPlan });
  const starts = where(rows, { kind: "start" });
  const twoLevel = where(sgd, { schedule: twoLevelPlan });
  if (constant.length === 0 || twoLevel.length === 0) return "";
  const two = (values: readonly number[]) => (values.length > 0 ? mean(values).toFixed(2) : "(not known)");
  const over = (own: readonly Row[], others: readonly Row[]) =>
    ["lambdaMax", "trace", "frobenius", "loss"].map((field) => two(ratios(own, others, field))).join(", ");
  const others = raisedPlans
    .filter((plan) => plan !== twoLevelPlan && where(sgd, { schedule: plan }).length > 0)
    .map((plan) => `${plan} ${over(where(sgd, { schedule: plan }), constant)}`);
  const gd = where(arrived, { optimiser: "GD", schedule: twoLevelPlan });
  return [
    `${subject.name}: two-level cycles ended at ${over(twoLevel, constant)} times the λ_max, Tr G, ‖G‖_F and loss at the constant small learning rate${others.length > 0 ? `; ${others.join("; ")}` : ""}${gd.length > 0 ? `; GD under two-level cycles at ${over(gd, constant)}` : ""}.`,
    cycleReading(subject, rows, starts),
    `C·μ was ${two(numbers(starts, "alignment"))} where the cycles began and ${two(numbers(twoLevel, "alignment"))} at their end.`,
    accuracyReading(subject, constant, [
      ...raisedPlans.map((plan) => ({ name: plan, rows: where(sgd, { schedule: plan }) })),
      { name: "GD, two-level", rows: gd },
    ]),
    thresholdReading(rows, starts),
  ]
    .filter((sentence) => sentence !== "")
    .join("\n");
}

/** Each cycle against the one before, with its interval: no claim. */
function cycleReading({ cycles }: Subject, rows: readonly Row[], starts: readonly Row[]): string {
  const along = where(rows, { kind: "along", optimiser: "SGD", schedule: twoLevelPlan });
  const ends = [
    starts,
    ...Array.from({ length: cycles }, (_, k) => where(along, { phase: "small", cycle: k + 1 })),
  ];
  const changes = (field: string) =>
    ends.slice(1).map((own, k) => {
      const { mean: ratio, low, high } = estimate(ratios(own, ends[k], field));
      return `${ratio.toFixed(2)} [${low.toFixed(2)}, ${high.toFixed(2)}]`.replaceAll("-", "−");
    });
  return `From cycle to cycle λ_max changed by the factors ${changes("lambdaMax").join(", ")} and Tr G by ${changes("trace").join(", ")}.`;
}

function accuracyReading(
  { testSamples }: Subject,
  constant: readonly Row[],
  compared: readonly { readonly name: string; readonly rows: readonly Row[] }[],
): string {
  const reached = mean(numbers(constant, "testAccuracy"));
  const changes = compared.flatMap(({ name, rows }) => {
    const values = differences(rows, constant, "testAccuracy");
    if (values.length < 2) return [];
    const { mean: change, low, high } = estimate(values);
    const verdict = low > 0 ? "higher" : high < 0 ? "lower" : "no difference shown";
    return [`${name} ${signed(change)} [${signed(low)}, ${signed(high)}] (${verdict})`];
  });
  return `The test accuracy was ${reached.toFixed(3)} at the constant small learning rate (binomial standard deviation of one network's ${binomialDeviation(reached, testSamples).toFixed(3)}); changes: ${changes.join("; ")}.`;
}

function thresholdReading(rows: readonly Row[], starts: readonly Row[]): string {
  const along = where(rows, { kind: "along", optimiser: "SGD", schedule: twoLevelPlan });
  const first = where(along, { phase: "large", cycle: 1 / 2 }).filter(
    ({ threshold }) => typeof threshold === "number",
  );
  const began = starts.filter(({ threshold }) => typeof threshold === "number");
  if (first.length === 0 || began.length === 0) return "";
  const at = mean(began.map(({ high, threshold }) => (high as number) / (threshold as number)));
  const after = mean(first.map(({ rate, threshold }) => (rate as number) / (threshold as number)));
  return `The large learning rate was ${at.toFixed(2)} times SGD's threshold where the cycles began, and ${after.toFixed(2)} times after the first large phase: the network flattens beyond what linear stability asks for, while the loss is not yet small.`;
}

function signed(value: number): string {
  return `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(3)}`;
}
