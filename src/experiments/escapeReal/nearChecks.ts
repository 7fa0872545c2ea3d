import type { Check, Row } from "../experiment.ts";
import { distinct, groups, numbers, where } from "../rows.ts";
import { check, worst } from "../verdict.ts";
import { countsIn } from "./parts.ts";
import { arms, grown } from "./setting.ts";

const margins = {
  /**
   * Of the growth of the loss a step. GD is one run and has no spread; that of SGD is a mean over a population, the logarithm of
   * which is low by half its relative variance.
   */
  growth: { sgd: 0.06, gradientDescent: 0.005 },
  /** Of the rate at which ln D_1 falls under GD. */
  decay: 0.02,
  /** What of the loss is not along u₁ when it has grown ×100 is what lay elsewhere at θ*, a hundredth, and terms of second order. */
  alone: 0.98,
  /** Of loss or displacement in other groups of directions than predicted: the spread of a population of 64. */
  misplaced: 0.15,
  /** The paper's bound on D_k with its constant, which it does not give, at 1. */
  paperConstant: 1,
};

/** Near θ*: growth and directions against the exact second moment, from rows of all kinds. */
export function nearChecks(rows: readonly Row[]): readonly Check[] {
  const looks = where(rows, { kind: "look" });
  return [
    growth(looks, "sgd"),
    growth(looks, "gradientDescent"),
    sharpestAlone(looks),
    decay(looks),
    sameDirections(where(rows, { kind: "group", arm: arms.sgd })),
    paperBound(looks, where(rows, { kind: "start" })),
    noiseAlone(looks),
  ];
}

function growth(looks: readonly Row[], arm: "sgd" | "gradientDescent"): Check {
  const margin = margins.growth[arm];
  return bySubject(where(looks, { arm: arms[arm], compare: true }), (own, name) =>
    check(
      `${arms[arm]}: from θ* until it has grown ×${grown} the network's mean loss grows a step as the exact second moment of the linearised problem says, within ${100 * margin} % (ratio of the two; worst case: ${name})`,
      own.map(({ logLoss, exactLogLoss, time }) =>
        Math.exp(((logLoss as number) - (exactLogLoss as number)) / (time as number)),
      ),
      { atLeast: 1 - margin, atMost: 1 + margin },
    ),
  );
}

function sharpestAlone(looks: readonly Row[]): Check {
  return bySubject(where(looks, { arm: arms.gradientDescent, compare: true }), (own, name) =>
    check(
      `GD leaves along u₁: of its loss, ×${grown} that at θ*, at least ${margins.alone} lies there (worst case: ${name})`,
      numbers(own, "sharpest"),
      { atLeast: margins.alone },
    ),
  );
}

/** From the second look on, when what begins to grow has begun. */
function decay(looks: readonly Row[]): Check {
  const own = where(looks, { arm: arms.gradientDescent });
  return bySubject(own, (of, name) =>
    check(
      `GD: D_1(t) → 0 exponentially at the rate predicted, within ${100 * margins.decay} % (slope of ln D_1 over the exact one, from the second look until the loss has grown ×${grown}; worst case: ${name})`,
      distinct<number>(of, "seed").map((seed) => {
        const [, first, ...later] = where(of, { seed });
        const last = later.find(({ compare }) => compare === true) ?? first;
        const fallen = (field: string) => Math.log((first[field] as number) / (last[field] as number));
        return fallen("flat1") / fallen("exactFlat1");
      }),
      { atLeast: 1 - margins.decay, atMost: 1 + margins.decay },
    ),
  );
}

function sameDirections(rows: readonly Row[]): Check {
  const fields = [
    { measured: "loss", exact: "exactLoss" },
    { measured: "displacement", exact: "exactDisplacement" },
  ];
  return worst(
    groups(rows, ["subject"]).flatMap(({ name, rows: own }) =>
      fields.map(({ measured, exact }) =>
        check(
          `SGD: loss and displacement lie where the exact second moment says, at most ${margins.misplaced} of them in another group of directions (½ Σ |share − exact share|; worst case: ${name}, ${measured})`,
          distinct<number>(own, "seed").map((seed) =>
            where(own, { seed }).reduce(
              (sum, row) => sum + Math.abs((row[measured] as number) - (row[exact] as number)) / 2,
              0,
            ),
          ),
          { atMost: margins.misplaced },
        ),
      ),
    ),
  );
}

function paperBound(looks: readonly Row[], starts: readonly Row[]): Check {
  const own = where(looks, { arm: arms.sgd, compare: true });
  const counts = countsIn(starts);
  return worst(
    counts.flatMap((k) =>
      groups(own, ["subject"]).map(({ name, rows }) =>
        check(
          `SGD: D_k does not go to 0: for k = ${counts.join(", ")} the paper's bound, Σ_{i>k}λ_i²/Σ_{i≤k}λ_i² with constant ${margins.paperConstant}, is below it when the mean loss has grown ×${grown} (log₁₀ of D_k over it; worst case: ${name}, k = ${k})`,
          rows.map(({ subject, seed, [`flat${k}`]: flat }) => {
            const [{ [`bound${k}`]: bound }] = where(starts, { subject, seed });
            return Math.log10((flat as number) / (margins.paperConstant * (bound as number)));
          }),
          { atLeast: 0 },
        ),
      ),
    ),
  );
}

function noiseAlone(looks: readonly Row[]): Check {
  return bySubject(where(looks, { arm: arms.sameRate, compare: true }), (own, name) =>
    check(
      `noise alone does it: at SGD's η without noise the loss does not grow (loss over that at θ*; worst case: ${name})`,
      numbers(own, "logLoss").map(Math.exp),
      { atMost: 1 },
    ),
  );
}

function bySubject(rows: readonly Row[], judge: (own: readonly Row[], name: string) => Check): Check {
  return worst(groups(rows, ["subject"]).map((group) => judge(group.rows, group.name)));
}
