import { isDefined } from "../../../../src/geometry/undefined.ts";
import { formatNumber } from "../../../../src/report/numbers.ts";
import type { Look, Sight } from "./look.ts";

/** λ_max within so much of its start is called unchanged. */
const unchanged = 0.05;
/** Losses up to this part of that of f = 0 are those of a minimum. */
const atMinimum = 0.01;

/** What was seen from the start to the last look, under these learning rates (over 2/λ₁ at the start). */
export function sentence(looks: readonly Look[], rates: Float64Array): string {
  const [first] = looks;
  const last = looks[looks.length - 1];
  if (last.steps === 0 || !isDefined(first.sgd) || !isDefined(first.gd))
    return "Nothing is trained yet: press Train.";
  const sgd = isDefined(last.sgd) ? change(first.sgd, last.sgd) : `is lost: ${last.sgd.undefined}`;
  const gd = isDefined(last.gd) ? change(first.gd, last.gd) : `is lost: ${last.gd.undefined}`;
  const isApart = isDefined(last.sgd) && isDefined(last.gd);
  return [
    `After ${formatNumber(last.steps)} steps SGD ${sgd}; GD, under the same schedule, ${gd}.`,
    ...(isApart ? [lossWords(last.sgd as Sight, last.gd as Sight)] : []),
    rateWords(first, last, rates.subarray(0, last.steps)),
  ].join(" ");
}

function change(from: Sight, to: Sight): string {
  const ratio = to.lambdaMax / from.lambdaMax;
  const numbers = `(λ_max(G) ${formatNumber(from.lambdaMax, 3)}, now ${formatNumber(to.lambdaMax, 3)})`;
  if (Math.abs(ratio - 1) <= unchanged) return `is about as sharp as at the start ${numbers}`;
  return ratio < 1
    ? `is ${formatNumber(1 / ratio, 2)} times flatter than at the start ${numbers}`
    : `is ${formatNumber(ratio, 2)} times sharper than at the start ${numbers}`;
}

/** Sharpness is comparable at minima only. */
function lossWords(sgd: Sight, gd: Sight): string {
  const high = [
    ...(sgd.loss > atMinimum ? [`SGD's loss is ${percent(sgd.loss)}`] : []),
    ...(gd.loss > atMinimum ? [`GD's ${sgd.loss > atMinimum ? "" : "loss is "}${percent(gd.loss)}`] : []),
  ];
  return high.length === 0
    ? "Both are at minima: their loss is below 1 % of that of f = 0."
    : `${high.join(" and ")} of that of f = 0: not all the way down to a minimum.`;
}

const percent = (share: number): string => `${formatNumber(100 * share, 2)} %`;

function rateWords({ threshold }: Look, last: Look, rates: Float64Array): string {
  const largest = rates.reduce((most, rate) => Math.max(most, rate), 0);
  const own = `The largest learning rate so far, ${formatNumber(largest, 2)} times 2/λ₁ at the start,`;
  const edge = `${largest > 1 ? "above" : "below"} GD's edge there`;
  if (!isDefined(threshold)) return `${own} is ${edge}.`;
  const at = `${own} is ${largest > threshold ? "above" : "below"} SGD's threshold there, ${formatNumber(threshold, 2)}, and ${edge}.`;
  if (largest <= threshold || !isDefined(last.threshold)) return at;
  const now = formatNumber(last.threshold, 2);
  return last.threshold > largest
    ? `${at} Where SGD is now the threshold is ${now}: at this learning rate it is stable there.`
    : `${at} Where SGD is now the threshold is ${now}: at this learning rate it is not stable there.`;
}
