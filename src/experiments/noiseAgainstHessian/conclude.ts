import type { Check, Conclusion, Row } from "../experiment.ts";
import { distinct, groups, numbers, slope, where } from "../rows.ts";
import { type Bounds, check, worst } from "../verdict.ts";
import { figures } from "./figures.ts";
import { networks } from "./networks.ts";
import { reading } from "./reading.ts";
import { fewest, initial, lookName, looks, low, type Sizes, scalar } from "./setting.ts";
import { settingText } from "./settingText.ts";

/** Where nothing is learned yet H − G is of the size of G; a quarter of it is no small correction. */
const apart = 0.25;
/** H − G is of the size of G at √(L/L_0) = 1 and falls with that root: it, with a factor of two for what else changes. */
const near = (share: number) => 2 * Math.sqrt(share);
/** Nearer to 1, as of second derivatives weighted by residuals, than to 0, of a part that stays, or to 2, of one of second order. */
const proportional: Bounds = { atLeast: 0.5, atMost: 1.5 };
/** Below what its own spread over seeds resolves. */
const equal: Bounds = { atLeast: 0.95, atMost: 1.05 };
/** μ from H is then another number. For ReLU networks, where it is nearer, nothing is asked. */
const other = 0.8;
/** −λ_min/λ_max: a tenth is seen in any spectrum of H; a twentieth is half of it. */
const negative = { initially: 0.1, late: 0.05 };
/** Nine tenths of the squared cosines: the same space up to directions of nearly the same eigenvalue. */
const sameSpace = 0.9;
/** Random spaces have 1, by definition. */
const beyondRandom = 10;
/** Of Tr Σ. */
const noiseGap = 0.05;
/** Of a square of rounding errors, with room: a piecewise linear network has no second derivative there. */
const rounding = 1e-20;

export function conclude(rows: readonly Row[], sizes: Sizes): Conclusion {
  const seen = where(rows, { kind: "look" });
  const start = where(seen, { theta: initial });
  const late = looks.filter(({ share }) => share <= low);
  const lowLoss = seen.filter(({ theta }) => late.some(({ share }) => theta === lookName(share)));
  const smooth = start.filter(({ network }) => !networks[network as keyof typeof networks].piecewiseLinear);
  const piecewise = seen.filter(
    ({ network, within }) =>
      networks[network as keyof typeof networks].piecewiseLinear && typeof within === "number",
  );
  const atLow = `loss ≤ ${100 * low} %`;
  return {
    checks: [
      ...each(
        start,
        "distance",
        { atLeast: apart },
        `at the initialisation H is not G: mean ‖H − G‖_F/‖G‖_F at least ${apart}`,
      ),
      ...late.flatMap(({ share }) =>
        each(
          where(seen, { theta: lookName(share) }),
          "distance",
          { atMost: near(share) },
          `${lookName(share)}: H is near G: mean ‖H − G‖_F/‖G‖_F at most ${near(share).toPrecision(2)}`,
        ),
      ),
      ...residualWeighted(seen.filter(({ theta }) => theta !== initial)),
      ...each(
        start,
        "negative",
        { atLeast: negative.initially },
        `at the initialisation H has negative curvature, as neither G nor Σ can: mean −λ_min/λ_max at least ${negative.initially}`,
      ),
      ...each(
        lowLoss,
        "negative",
        { atMost: negative.late },
        `${atLow}: little of it is left: mean −λ_min/λ_max at most ${negative.late}`,
      ),
      ...each(lowLoss, "sharpnessRatio", equal, `${atLow}: λ_max(H) is that of G within 5 % (mean ratio)`),
      ...each(
        smooth,
        "alignmentRatio",
        { atMost: other },
        `at the initialisation of smooth networks μ from H is another number: mean of its ratio to μ at most ${other}`,
      ),
      ...each(lowLoss, "alignmentRatio", equal, `${atLow}: μ from H is μ within 5 % (mean ratio)`),
      ...each(
        lowLoss,
        "overlapGH",
        { atLeast: sameSpace },
        `${atLow}: G and H have the same k sharpest directions: mean squared cosine at least ${sameSpace}`,
      ),
      ...each(
        where(seen, { targets: scalar }),
        "overlapOverRandom",
        { atLeast: beyondRandom },
        `scalar targets, at every θ: the k noisiest directions turn to the k sharpest of H: mean squared cosine at least ${beyondRandom} times k/p, that of random spaces`,
      ),
      ...each(
        lowLoss,
        "noiseGap",
        { atLeast: -noiseGap, atMost: noiseGap },
        `${atLow}: the k sharpest directions of H hold the share of the noise that those of G do, within ${noiseGap}`,
      ),
      ...each(
        piecewise,
        "within",
        { atMost: rounding },
        `ReLU, at every θ: H − G is zero within each layer, to rounding: share of its squared norm at most ${rounding}`,
      ),
    ],
    reading: reading(rows),
    setting: settingText(rows, sizes),
    figures: seen.length === 0 ? [] : figures(rows),
  };
}

/** The worst case of one sentence over networks, targets and θ, for those with runs enough; none for none. */
function each(rows: readonly Row[], field: string, bounds: Bounds, statement: string): readonly Check[] {
  const cases = groups(rows, ["network", "targets", "theta"]).filter((group) => group.rows.length >= fewest);
  if (cases.length === 0) return [];
  return [
    worst(
      cases.map(({ name, rows: own }) =>
        check(`${statement} (worst case: ${name})`, numbers(own, field), bounds),
      ),
    ),
  ];
}

/** The exponent a of ‖H − G‖_F ∝ √(2L)^a along each seed's training. */
function residualWeighted(rows: readonly Row[]): readonly Check[] {
  const cases = groups(rows, ["network", "targets"]).flatMap(({ name, rows: own }) => {
    const exponents = distinct<number>(own, "seed").flatMap((seed) => {
      const logs = (field: string) => numbers(where(own, { seed }), field).map(Math.log);
      const x = logs("residual");
      return x.length < 3 ? [] : [slope(x, logs("residualPart"))];
    });
    return exponents.length < fewest ? [] : [{ name, exponents }];
  });
  if (cases.length === 0) return [];
  return [
    worst(
      cases.map(({ name, exponents }) =>
        check(
          `after the initialisation ‖H − G‖_F falls as √(2L) to a power in [${proportional.atLeast}, ${proportional.atMost}] (mean of each seed's fit; worst case: ${name})`,
          exponents,
          proportional,
        ),
      ),
    ),
  ];
}
