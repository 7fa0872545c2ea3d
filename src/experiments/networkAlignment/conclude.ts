import type { Check, Conclusion, Row } from "../experiment.ts";
import { distinct, groups, numbers, slope, where } from "../rows.ts";
import { type Bounds, check, worst } from "../verdict.ts";
import { figures } from "./figures.ts";
import { reading } from "./reading.ts";
import { directions, fewest, initial, looks, oneHotLoss, type Sizes, scalarLoss } from "./setting.ts";
import { settingText } from "./settingText.ts";

/**
 * "About 2L·G" is a factor of three, as in projection-dynamics: nothing bounds what one look sees more tightly, and isotropic
 * noise of the same trace misses it by two powers of ten.
 */
const aligned: Bounds = { atLeast: 1 / 3, atMost: 3 };
/** What isotropic noise leaves out: p over the effective rank of G, which is a few, were all else equal. */
const beyondIsotropic = 100;
/**
 * μ ∝ p^a with |a| ≤ 0.2 is a factor of 2.2 over the 1.7 powers of ten in p; isotropic noise has a = −1. Very narrow networks
 * are a kind of their own: without the narrowest, a tenth.
 */
const exponents = { all: 0.2, wide: 0.1 };
/** Noise in proportion to curvature has exponent 1 between bands of the spectrum, isotropic noise 0. */
const proportional: Bounds = { atLeast: 0.8, atMost: 1.2 };

export function conclude(rows: readonly Row[], sizes: Sizes): Conclusion {
  const seen = where(rows, { kind: "look" });
  const two = where(seen, { loss: scalarLoss });
  const trained = afterStart(two);
  return {
    checks: [
      ...each(
        where(two, { theta: initial }),
        "secondMoment",
        aligned,
        "scalar targets, at the initialisation: mean μ₁ lies between 1/3 and 3",
      ),
      ...each(
        trained,
        "alignment",
        aligned,
        "scalar targets, along training: mean μ lies between 1/3 and 3 at every θ",
      ),
      ...each(
        trained,
        "sharpest",
        aligned,
        `scalar targets, along training: g along the ${directions.sharpest} sharpest eigen-directions of G, averaged over them, lies between 1/3 and 3 at every θ`,
      ),
      ...each(
        trained,
        "exponent",
        proportional,
        `scalar targets, along training: vᵀΣv grows as a power of vᵀGv with exponent in [${proportional.atLeast}, ${proportional.atMost}] between bands of 1, 2, 4, 8, … eigen-directions (mean of each seed's fit)`,
      ),
      ...independent(two, "at every θ", exponents.all, 0),
      ...independent(trained, "the narrowest network left out, along training", exponents.wide, 1),
      ...each(
        seen,
        "overIsotropic",
        { atLeast: beyondIsotropic },
        `every loss, at every θ: mean μ is at least ${beyondIsotropic} times that of isotropic noise of the same trace`,
      ),
      ...each(
        where(where(seen, { loss: oneHotLoss }), { theta: looks[0].theta }),
        "alignment",
        aligned,
        `one-hot targets, early (${100 * looks[0].share} % of the loss): mean C·μ lies between 1/3 and 3`,
      ),
    ],
    reading: reading(rows),
    setting: settingText(rows, sizes),
    figures: seen.length === 0 ? [] : figures(rows),
  };
}

function afterStart(rows: readonly Row[]): readonly Row[] {
  return rows.filter(({ theta }) => theta !== initial);
}

/** The worst case of one sentence over networks, widths, data, losses and θ, for those with runs enough; none for none. */
function each(rows: readonly Row[], field: string, bounds: Bounds, statement: string): readonly Check[] {
  const cases = groups(rows, ["network", "width", "data", "loss", "theta"]).filter(
    (group) => group.rows.length >= fewest,
  );
  if (cases.length === 0) return [];
  return [
    worst(
      cases.map(({ rows: own }) =>
        check(`${statement} (worst case: ${caseName(own[0])})`, numbers(own, field), bounds),
      ),
    ),
  ];
}

/** The exponent a of μ ∝ p^a on the same images and batches, the `skipped` narrowest widths left out. */
function independent(rows: readonly Row[], place: string, bound: number, skipped: number): readonly Check[] {
  const cases = groups(rows, ["network", "data", "theta"]).flatMap(({ rows: own }) => {
    const widths = [...distinct<number>(own, "width")].sort((a, b) => a - b).slice(skipped);
    if (widths.length < 2) return [];
    const wide = own.filter(({ width }) => widths.includes(width as number));
    const exponents = distinct<number>(wide, "seed").flatMap((seed) => {
      const ofSeed = where(wide, { seed });
      // all widths, or not the same range of p
      if (ofSeed.length < widths.length) return [];
      const logs = (field: string) => numbers(ofSeed, field).map(Math.log);
      return [slope(logs("parameters"), logs("alignment"))];
    });
    return exponents.length < fewest ? [] : [{ row: own[0], wide, exponents }];
  });
  if (cases.length === 0) return [];
  return [
    worst(
      cases.map(({ row, wide, exponents }) => {
        const p = numbers(wide, "parameters");
        return check(
          `scalar targets, ${place}: μ grows as p^a with a within ±${bound} of 0, for p from ${Math.min(...p)} to ${Math.max(...p)} (mean of each seed's fit; worst case: ${row.network}, ${row.theta})`,
          exponents,
          { atLeast: -bound, atMost: bound },
        );
      }),
    ),
  ];
}

function caseName({ network, data, loss, parameters, theta }: Row): string {
  return `${network}, p = ${parameters}, ${data}, ${loss}, ${theta}`;
}
