import { isDefined, type Undefined } from "../../../../src/geometry/undefined.ts";
import { formatNumber } from "../../../../src/report/numbers.ts";
import { type Cloud, flatDirection } from "./cloud.ts";
import type { Settings } from "./fields.ts";
import { type Escape, type Numbers, verdict } from "./numbers.ts";
import type { Clouds } from "./simulation.ts";

/** Whether SGD and GD leave the minimum, in a sentence each, and along which directions those do that leave. */
export function verdictWords(numbers: Numbers): string {
  const { sgd, descent, threshold, descentThreshold } = numbers;
  const words = (name: string, own: Escape, limit: string, edge: number) => {
    const growth = `its mean loss is multiplied by ${formatNumber(own.growth)} a step in the long run`;
    const side = own.learningRate > edge ? "above" : "below";
    const end = { escapes: "escapes", stable: "is stable", "at the threshold": "is at its threshold" }[
      verdict(own)
    ];
    return `${name} ${end}: η = ${formatNumber(own.learningRate)} lies ${side} ${limit} = ${formatNumber(edge)}, and ${growth}.`;
  };
  return [
    words("SGD", sgd, "η*", threshold.value),
    words("GD", descent, "2/λ₁", descentThreshold),
    ...directionWords(numbers),
  ].join(" ");
}

/** D_k(∞) as a share of the loss: what tells SGD's leaving from GD's. */
function directionWords({ sgd, descent, settings: { k } }: Numbers): readonly string[] {
  const directions = k === 1 ? "the sharpest direction" : `the ${k} sharpest directions`;
  const shares = Object.entries({ SGD: sgd, GD: descent }).flatMap(([name, own]) =>
    verdict(own) === "escapes" && isDefined(own.limit)
      ? [`${formatNumber(100 / (1 + own.limit), 3)} % of ${name}'s loss`]
      : [],
  );
  return shares.length === 0
    ? []
    : [
        `In the long run ${shares.join(" and ")} ${shares.length === 1 ? "lies" : "lie"} along ${directions}.`,
      ];
}

/** By what the median of the loss over the trajectories is multiplied a step, over all of them. */
export function medianGrowth(cloud: Cloud): number | Undefined {
  const [start, end] = [cloud[0].median.size, cloud[cloud.length - 1].median.size];
  if (!Number.isFinite(end)) return { undefined: "the median loss is zero at the end" };
  return 10 ** ((2 * (end - start)) / (cloud.length - 1));
}

/** What is seen at a step, for those who do not see the picture, too. */
export function seen(
  { sgd, descent }: Clouds,
  { sgd: exact, descent: exactDescent, eigenvalues, settings: { k } }: Numbers,
  step: number,
  across: Settings["across"],
): string {
  const flat =
    across === "rest"
      ? "in all flat directions together"
      : `along flat direction ${flatDirection(eigenvalues.length) + 1}`;
  const size = (log: number) => (Number.isFinite(log) ? formatNumber(10 ** log, 3) : "0");
  const of = (name: string, cloud: Cloud, { flatOverSharp }: Escape) => {
    const { median } = cloud[step];
    const share = flatOverSharp[step];
    const shown = isDefined(share)
      ? `D_${k} is ${formatNumber(share, 3)}`
      : `D_${k} is undefined (${share.undefined})`;
    return `${name}: the median size is ${size(median.sharp)} along the sharpest direction and ${size(median[across])} ${flat}; ${shown}.`;
  };
  return `After ${step} of ${sgd.length - 1} steps. ${of("SGD", sgd, exact)} ${of("GD", descent, exactDescent)}`;
}
