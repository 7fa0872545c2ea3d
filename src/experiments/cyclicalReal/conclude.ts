import { constantPlan } from "../cyclical/setting.ts";
import type { Check, Conclusion, Row } from "../experiment.ts";
import { sharpnessNames } from "../minima/sharpness.ts";
import { distinct, where } from "../rows.ts";
import { type Bounds, check, worst } from "../verdict.ts";
import { figures } from "./figures.ts";
import { ratios } from "./pairs.ts";
import { reading } from "./reading.ts";
import {
  raisedPlans,
  type Sizes,
  type Subject,
  squareLossName,
  thresholdDirections,
  twoLevelPlan,
} from "./setting.ts";
import { settingText } from "./settingText.ts";

const margins = {
  /** Two-level cycles came to 0.5 (λ_max) to 0.7 (Tr G) of it; triangles and cosines, high for a moment only, to 0.6 and 0.8. */
  flatter: 0.85,
  /** GD goes on sharpening in its large phases and ended at 1.4 and more of it; at the constant rate SGD itself flattens a little. */
  notFlatter: 1,
  /** The flatter place must not be one where less was learnt; it was one of about 0.6 times the loss. */
  loss: 1,
  /** Of the network where the cycles begin: the first one left 0.62 of λ_max and 0.80 of Tr G. */
  first: 0.85,
  /**
   * What a further cycle of the same height may change either way: the second took 8 % of λ_max after the 38 % of the first, and Tr G
   * rises by a few per cent.
   */
  further: 0.15,
  /**
   * After a large phase, the large learning rate over the threshold of the sharpest directions. All directions may bring the
   * threshold lower by a fifth, to which 0.7 leaves room.
   */
  stable: 0.7,
  /** Of the runs: those that a large learning rate throws out are not compared, and shall be few. */
  lost: 0.1,
};

export function conclude(rows: readonly Row[], sizes: Sizes): Conclusion {
  const shown = sizes.filter(({ name }) => where(rows, { subject: name, kind: "start" }).length > 0);
  return {
    checks: sizes
      .filter(({ loss }) => loss === squareLossName)
      .flatMap((subject) => subjectChecks(subject, where(rows, { subject: subject.name }))),
    reading: reading(rows, shown),
    setting: settingText(shown.length > 0 ? shown : sizes),
    figures: figures(rows, shown),
  };
}

/** Cross-entropy has none: its G goes to 0 with the loss. */
function subjectChecks(
  { name, plans, cycles, gradientDescent }: Subject,
  rows: readonly Row[],
): readonly Check[] {
  const ends = where(rows, { kind: "end" });
  const arrived = where(ends, { arrived: true });
  const constant = where(arrived, { optimiser: "SGD", schedule: constantPlan });
  const raised = raisedPlans.filter((plan) => plans.includes(plan));
  const sgd = where(arrived, { optimiser: "SGD" });
  const twoLevel = where(rows, { kind: "along", optimiser: "SGD", schedule: twoLevelPlan });
  const starts = where(rows, { kind: "start" });
  const cyclesEnds = Array.from({ length: cycles }, (_, k) =>
    where(twoLevel, { phase: "small", cycle: k + 1 }),
  );
  const ratioChecks = (
    statement: string,
    cases: readonly {
      readonly name: string;
      readonly rows: readonly Row[];
      readonly others: readonly Row[];
    }[],
    bounds: Bounds,
    fields: Readonly<Record<string, string>> = sharpnessNames,
  ) => {
    const checks = cases.flatMap((one) =>
      Object.entries(fields).map(([field, symbol]) =>
        check(
          `${name}: ${statement} (worst case: ${one.name}, ${symbol})`,
          ratios(one.rows, one.others, field),
          bounds,
        ),
      ),
    );
    return checks.length > 0 ? worst(checks) : check(`${name}: ${statement}`, [], bounds);
  };
  const schedules = raised.map((schedule) => ({
    name: schedule,
    rows: where(sgd, { schedule }),
    others: constant,
  }));
  return [
    ratioChecks(
      `SGD whose learning rate was large for a while ends flatter than at the constant small one: λ_max, Tr G and ‖G‖_F each at most ${margins.flatter} of it`,
      schedules,
      { atMost: margins.flatter },
    ),
    ratioChecks(
      `so does λ_max of the Hessian itself under two-level cycles, at most ${margins.flatter} of it`,
      schedules.filter((one) => one.name === twoLevelPlan),
      { atMost: margins.flatter },
      { hessianMax: "λ_max(H)" },
    ),
    ratioChecks(
      "it is no matter of less training: its loss is no higher",
      schedules,
      { atMost: margins.loss },
      { loss: "L" },
    ),
    ratioChecks(
      `the first two-level cycle leaves the network flatter than it was, at most ${margins.first} of λ_max, Tr G and ‖G‖_F where the cycles begin`,
      [{ name: "cycle 1", rows: cyclesEnds[0], others: starts }],
      { atMost: margins.first },
    ),
    ratioChecks(
      `further cycles of the same height change little: each leaves ${1 - margins.further} to ${1 + margins.further} of the sharpness after the one before`,
      cyclesEnds.slice(1).map((own, k) => ({ name: `cycle ${k + 2}`, rows: own, others: cyclesEnds[k] })),
      { atLeast: 1 - margins.further, atMost: 1 + margins.further },
    ),
    ratioChecks(
      "GD under the same two-level cycles does not end flatter than SGD at the constant small learning rate: λ_max, Tr G and ‖G‖_F are each no less",
      gradientDescent.plans
        .filter((plan) => plan === twoLevelPlan)
        .map((schedule) => ({
          name: schedule,
          rows: where(arrived, { optimiser: "GD", schedule }),
          others: constant,
        })),
      { atLeast: margins.notFlatter },
    ),
    check(
      `${name}: the first large phase ends well within SGD's linear stability, not at its edge: the large learning rate is at most ${margins.stable} of the threshold η* of the ${thresholdDirections} sharpest directions there`,
      where(twoLevel, { phase: "large", cycle: 1 / 2 }).flatMap(({ rate, threshold }) =>
        typeof threshold === "number" ? [(rate as number) / threshold] : [],
      ),
      { atMost: margins.stable },
    ),
    check(
      `${name}: at most ${100 * margins.lost} % of the runs are lost; these alone are left out above`,
      distinct<number>(ends, "seed").map((seed) => {
        const own = where(ends, { seed });
        return where(own, { arrived: false }).length / own.length;
      }),
      { atMost: margins.lost },
    ),
  ];
}
