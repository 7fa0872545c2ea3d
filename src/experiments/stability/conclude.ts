import type { Check, Conclusion, Row } from "../experiment.ts";
import { distinct, groups, mean, numbers, perSeed, where } from "../rows.ts";
import { check, worst } from "../verdict.ts";
import { againstBatch, growthAgainstRate, leavingAgainstRate } from "./figures.ts";
import {
  factors,
  justAbove,
  justBelow,
  leavingFactor,
  networkFactors,
  type Sizes,
  startLoss,
  stride,
} from "./setting.ts";
import { subjectSetting } from "./subjects.ts";

/** Two routes to one number: what the eigensolvers promise, and more. */
const rounding = 1e-6;
/** Of a growth: what is left of a population's spread, and of the logarithm's bias by it, in the mean over seeds. */
const agreement = 0.03;
/** Up to here a population tells growth so well; farther out single steps carry the mean. */
const nearby = 1.2;
/** Here typical runs grow for every model and batch, and nearly all have left. */
const farAbove = 1.8;
const nearlyAll = 0.9;
/** Of ‖w‖: a hundred times the second-order terms of the start. */
const firstOrder = 0.01;
/** Runs that reach the line a step apart may be told differently. */
const sameOutcome = 0.98;

export function conclude(rows: readonly Row[], sizes: Sizes): Conclusion {
  const thresholds = where(rows, { kind: "threshold" });
  const runs = where(rows, { kind: "runs" });
  return {
    checks: [
      twoRoutes(thresholds),
      below(runs),
      above(runs),
      exactGrowth(runs),
      upperBounds(thresholds),
      gradientDescentStays(runs),
      fewLeaveBelow(runs),
      mostLeaveAbove(runs),
      ...networkFollows(runs),
    ],
    reading: reading(runs, thresholds),
    setting: setting(sizes),
    figures: [growthAgainstRate(runs), leavingAgainstRate(runs), againstBatch(thresholds)],
  };
}

function twoRoutes(rows: readonly Row[]): Check {
  return worstOf(rows, ["model"], (own, name) =>
    check(
      `two routes, one threshold: at η* = 2/λ_max(C^(−½)DC^(−½)) the spectral radius of the second-moment map is 1 to ${rounding} (largest |ρ − 1| over B, with and without replacement; worst case: ${name})`,
      distinct<number>(own, "seed").map((seed) =>
        Math.max(...numbers(where(own, { seed }), "growthAtThreshold").map((value) => Math.abs(value - 1))),
      ),
      { atMost: rounding },
    ),
  );
}

function below(rows: readonly Row[]): Check {
  return worstOf(where(rows, { factor: justBelow }), ["model", "draw"], (own, name) =>
    check(
      `just below: at ${justBelow}·η* the simulated mean square shrinks, by a factor below 1 a step (worst case: ${name})`,
      numbers(own, "measured"),
      { atMost: 1 },
    ),
  );
}

function above(rows: readonly Row[]): Check {
  return worstOf(where(rows, { factor: justAbove }), ["model", "draw"], (own, name) =>
    check(
      `just above: at ${justAbove}·η* the simulated mean square grows, by a factor above 1 a step (worst case: ${name})`,
      numbers(own, "measured"),
      { atLeast: 1 },
    ),
  );
}

function exactGrowth(rows: readonly Row[]): Check {
  const near = rows.filter((row) => (row.factor as number) <= nearby);
  return worstOf(near, ["model", "draw", "factor"], (own, name) =>
    check(
      `from ${factors[0]}·η* to ${nearby}·η* the simulated growth of the mean square a step over the exact ρ lies within ${100 * agreement} % of 1 (worst case: ${name}·η*)`,
      own.map((row) => (row.measured as number) / (row.exact as number)),
      { atLeast: 1 - agreement, atMost: 1 + agreement },
    ),
  );
}

function upperBounds(rows: readonly Row[]): Check {
  const bounds = ["gradientDescent", "sharpestDirection", "isotropic", "certified"];
  const exceeded = rows.map((row) => {
    const limits = bounds.map((bound) => (row[bound] as number | null) ?? Infinity);
    return { ...row, exceeded: (row.threshold as number) > Math.min(...limits) * (1 + 1e-9) ? 1 : 0 };
  });
  return worstOf(exceeded, ["model"], (own, name) =>
    check(
      `η* is at most 2/λ₁, both necessary conditions, and the alignment bound with the least μ that a residual can have (share of batch sizes where it is not; worst case: ${name})`,
      perSeed(own, "exceeded"),
      { atMost: 0 },
    ),
  );
}

function gradientDescentStays(rows: readonly Row[]): Check {
  const [smallestBatch] = distinct<string>(rows, "draw");
  return worstOf(where(rows, { factor: justAbove, draw: smallestBatch }), ["model"], (own, name) =>
    check(
      `noise alone does it: at ${justAbove}·η* of ${smallestBatch}, where the mean square of SGD grows, GD multiplies the loss by less than 1 a step (worst case: ${name})`,
      numbers(own, "gradientDescent"),
      { atMost: 1 },
    ),
  );
}

function fewLeaveBelow(rows: readonly Row[]): Check {
  const under = rows.filter((row) => (row.factor as number) < 1);
  return worstOf(under, ["model"], (own, name) =>
    check(
      `below η* at most 1/${leavingFactor} of single runs ever leave, as Doob's inequality has it (worst case: ${name})`,
      perSeed(own, "left"),
      { atMost: 1 / leavingFactor },
    ),
  );
}

function mostLeaveAbove(rows: readonly Row[]): Check {
  return worstOf(where(rows, { factor: farAbove }), ["model", "draw"], (own, name) =>
    check(
      `at ${farAbove}·η* at least ${100 * nearlyAll} % of single runs leave (worst case: ${name})`,
      numbers(own, "left"),
      { atLeast: nearlyAll },
    ),
  );
}

function networkFollows(rows: readonly Row[]): readonly Check[] {
  const own = rows.filter((row) => typeof row.networkLeft === "number");
  return [
    worstOf(own, ["draw", "factor"], (of, name) =>
      check(
        `the trained network's own SGD stays within ${100 * firstOrder} % of the linearised run on the same batches until it leaves (mean of the largest ‖w − w'‖/‖w'‖; worst case: ${name}·η*)`,
        numbers(of, "deviation"),
        { atMost: firstOrder },
      ),
    ),
    worstOf(own, ["draw", "factor"], (of, name) =>
      check(
        `the network leaves where the linearised run does: one outcome in at least ${100 * sameOutcome} % of runs (worst case: ${name}·η*)`,
        numbers(of, "agreed"),
        { atLeast: sameOutcome },
      ),
    ),
  ];
}

function worstOf(
  rows: readonly Row[],
  fields: readonly string[],
  judge: (own: readonly Row[], name: string) => Check,
): Check {
  return worst(groups(rows, fields).map((group) => judge(group.rows, group.name)));
}

function reading(runs: readonly Row[], thresholds: readonly Row[]): string {
  const single = where(thresholds, { batchSize: 1, replacement: true });
  const times = (bound: string) =>
    mean(single.map((row) => (row[bound] as number) / (row.threshold as number))).toFixed(1);
  const cases = groups(where(runs, { factor: justAbove }), ["model", "draw"]);
  const shrinking = cases.filter((group) => mean(numbers(group.rows, "typicalGrowth")) < 1);
  const left = mean(numbers(where(runs, { factor: justAbove }), "left"));
  return (
    `η* is a statement about the mean square. At ${justAbove}·η* the typical run still shrank in ${shrinking.length} of ${cases.length} cases, and ${(100 * left).toFixed(0)} % of runs left: few runs carry the mean. At ${farAbove}·η* nearly all leave. ` +
    `With B = 1 the upper bounds stood, in the mean, at ${times("isotropic")} (isotropic), ${times("sharpestDirection")} (sharpest direction), ${times("gradientDescent")} (2/λ₁) and ${times("certified")} times η* (alignment, least μ; ${times("typical")} with the μ of a random displacement, which proves nothing).`
  );
}

function setting({ seeds, population, single, network }: Sizes): readonly string[] {
  return [
    ...subjectSetting,
    `Diverging: the mean square E wᵀMw grows, with M the second moment that SGD's map multiplies by ρ; from any start ρ is its growth at every step, and that of E‖w‖² in the long run. Measured on ${population.runs} runs from w₀ ~ N(0, I) over ${population.steps} steps, as a population whose runs are split where few carry the loss: that keeps expectations.`,
    `Single runs: ${single.runs} from w₀ ~ N(0, I) over ${single.steps} steps, looked at every ${stride}. A run leaves when wᵀMw is ${leavingFactor} times its start. Typical growth: exp of the mean of ln(‖w_T‖²/‖w₀‖²)/T.`,
    `The network's own SGD: ${network.runs} runs at ${networkFactors.join(" and ")} times η*, at most ${network.steps} steps, from a loss of ${startLoss}.`,
    `${seeds} seeds: each draws inputs, targets and initialisation anew. Intervals: 95 % Student over seeds.`,
  ];
}
