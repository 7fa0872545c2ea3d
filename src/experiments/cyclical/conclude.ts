import type { Check, Conclusion, Row } from "../experiment.ts";
import { sharpnessNames } from "../minima/sharpness.ts";
import { distinct, groups, where } from "../rows.ts";
import { check, worst } from "../verdict.ts";
import { figures } from "./figures.ts";
import { reading } from "./reading.ts";
import { constantPlan, cyclePlans, equalLoss, gdAbove, parts, type Sizes } from "./setting.ts";
import { settingText } from "./settingText.ts";

const margins = {
  /**
   * A minimum that is kept at 1.6 or 1.8 times η* of the start is about as many times flatter, 0.56 to 0.63 of it. Triangles and
   * cosines come that high for a moment only, and GD's edge may be nearer: half of the way is asked.
   */
  flatter: 0.85,
  /** GD below its edge stays at its minimum, up to what is left of the loss there. */
  unchanged: 0.95,
  /** GD has nearly all of its displacement along one direction: a third of that less is not the same direction. */
  direction: 0.3,
  /** Of the runs: those that a large learning rate throws out of the valley are not compared, and shall be few. */
  elsewhere: 0.1,
};

export function conclude(rows: readonly Row[], sizes: Sizes): Conclusion {
  const shown = parts.filter((part) => where(rows, { part, kind: "end" }).length > 0);
  const kept = ofMinima(rows);
  return {
    checks: shown.flatMap((part) => partChecks(part, where(rows, { part }))),
    reading: reading(kept, shown, sizes),
    setting: settingText(sizes, shown),
    figures: figures(kept, shown, sizes),
  };
}

/** Without what was seen along runs that ended elsewhere: plateaus are flat as well. */
function ofMinima(rows: readonly Row[]): readonly Row[] {
  const elsewhere = where(rows, { kind: "end", atMinimum: false });
  return rows.filter(({ kind, part = null, seed = null, optimiser = null, schedule = null }) => {
    const run = { part, seed, optimiser, schedule };
    return kind !== "along" || where(elsewhere, run).length === 0;
  });
}

function partChecks(part: string, rows: readonly Row[]): readonly Check[] {
  const ends = where(rows, { kind: "end" });
  return [
    againstConstant(ends, {
      optimiser: "SGD",
      bounds: { atMost: margins.flatter },
      statement: `${part}: SGD under cycles ends flatter than SGD at the constant small learning rate: λ_max, Tr G and ‖G‖_F are each at most ${margins.flatter} of it`,
    }),
    againstConstant(ends, {
      optimiser: "GD",
      bounds: { atLeast: margins.unchanged },
      statement: `${part}: GD under the same cycles does not: λ_max, Tr G and ‖G‖_F each stay at ${margins.unchanged} of those at the constant small learning rate or above`,
    }),
    comparable(part, ends),
    directions(part, where(rows, { kind: "departure" })),
  ];
}

/** Sharpness at the end over that at the end of the constant learning rate, one a seed; of runs that both came to a global minimum. */
function againstConstant(
  ends: readonly Row[],
  {
    optimiser,
    bounds,
    statement,
  }: {
    readonly optimiser: string;
    readonly bounds: { atLeast?: number; atMost?: number };
    readonly statement: string;
  },
): Check {
  const schedules = cyclePlans.filter((schedule) => where(ends, { optimiser, schedule }).length > 0);
  const own = where(ends, { optimiser, atMinimum: true });
  const cases = schedules.flatMap((schedule) =>
    Object.entries(sharpnessNames).map(([measure, name]) => {
      const ratios = where(own, { schedule }).flatMap(({ seed, [measure]: value }) =>
        where(own, { schedule: constantPlan, seed }).map(
          (row) => (value as number) / (row[measure] as number),
        ),
      );
      return check(`${statement} (worst case: ${schedule}, ${name})`, ratios, bounds);
    }),
  );
  return cases.length > 0 ? worst(cases) : check(statement, [], bounds);
}

function comparable(part: string, ends: readonly Row[]): Check {
  return worst(
    groups(ends, ["optimiser"]).map(({ name, rows }) =>
      check(
        `${part}: equal loss: at most ${100 * margins.elsewhere} % of the runs end anywhere but at a global minimum, with at most ${100 * equalLoss} % of the loss of f = 0; these alone are left out above (worst case: ${name})`,
        distinct<number>(rows, "seed").map((seed) => {
          const own = where(rows, { seed });
          return where(own, { atMinimum: false }).length / own.length;
        }),
        { atMost: margins.elsewhere },
      ),
    ),
  );
}

function directions(part: string, departures: readonly Row[]): Check {
  const sharpest = where(departures, { count: 1 });
  const differences = distinct<number>(sharpest, "seed").flatMap((seed) => {
    const [sgd, gd] = ["SGD", gdAbove].map((optimiser) => where(sharpest, { seed, optimiser })[0].share);
    return typeof sgd === "number" && typeof gd === "number" ? [gd - sgd] : [];
  });
  return check(
    `${part}: SGD leaves along flatter directions than GD does where GD leaves at all: its squared displacement has at least ${margins.direction} less of itself in the sharpest direction`,
    differences,
    { atLeast: margins.direction },
  );
}
