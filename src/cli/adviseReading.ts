import type { Advice } from "../dynamics/advice.ts";
import { isDefined } from "../geometry/undefined.ts";
import { format } from "../report/measurement/reading.ts";
import { type Condition, concerned, type Judgement, validity } from "./adviseConditions.ts";
import { isAtEdge, pace } from "./adviseLines.ts";

/** What it comes to, in a few sentences. */
export function adviceReading(advice: Advice, judgement: Judgement): string {
  const { step, inUse, gradientDescentLimit, gradientDescentBatch, growth } = advice;
  const { threshold } = inUse;
  if (!isDefined(threshold)) return `No threshold here: ${threshold.undefined}.`;
  const valid = validity("stability", judgement);
  const ratio = step.learningRate / threshold.value;
  const minimum = valid === false ? "a minimum of this curvature" : "this minimum";
  const verb = (stay: string, leave: string) => (ratio <= 1 ? stay : leave);
  const speed =
    isDefined(growth) && growth.value > 1
      ? `, its loss ${pace(growth.value).replace("grows", "growing")}`
      : "";
  const outcome = isAtEdge(ratio)
    ? `is at the edge of stability at ${minimum}`
    : `${valid === false ? verb("would stay at", "would leave") : verb("stays at", "leaves")} ${minimum}${verb("", speed)}`;
  const sentences = [
    `η = ${format(step.learningRate)} is ${format(ratio)} of η* = ${format(threshold.value)}: SGD with B = ${step.batchSize} ${outcome}.`,
  ];
  if (isDefined(gradientDescentLimit) && gradientDescentLimit > threshold.value * 1.01) {
    const from = isDefined(gradientDescentBatch) ? `, to within 1 % from B = ${gradientDescentBatch} on` : "";
    sentences.push(`Larger batches raise η* up to GD's ${format(gradientDescentLimit)}${from}.`);
  }
  if (ratio > 1) sentences.push(stableBatch(advice));
  return [...sentences, ...reliance(judgement)].join(" ");
}

/** From which batch size on η* would be as large as the η in use; η* grows with the batch. */
function stableBatch({ step, curve, gradientDescentLimit }: Advice): string {
  const [rate, batches] = [format(step.learningRate), curve.map(({ batchSize }) => batchSize)];
  const enough = curve.findIndex(
    ({ threshold }) => isDefined(threshold) && threshold.value >= step.learningRate,
  );
  if (enough > 0) {
    const [below, from] = [batches[enough - 1], batches[enough]];
    return `At η = ${rate} SGD would stay from B = ${below + 1 === from ? from : `${below + 1} to ${from}`} on.`;
  }
  return isDefined(gradientDescentLimit) && gradientDescentLimit < step.learningRate
    ? `No batch size is stable at η = ${rate}.`
    : `No batch size up to ${batches[batches.length - 1]} is stable at η = ${rate}.`;
}

/** Nothing where all that stability needs holds. */
function reliance({ conditions }: Judgement): string[] {
  const needed = concerned("stability", conditions);
  const named = (holding: readonly Condition[]) => holding.map(({ label }) => `“${label}”`).join(", ");
  const failing = needed.filter(({ holds }) => holds === false);
  if (failing.length > 0) {
    return [`Not to be relied on, for this does not hold: ${named(failing)}.`];
  }
  const open = needed.filter(({ holds }) => !isDefined(holds));
  return open.length > 0 ? [`Relies on what is not known here: ${named(open)}.`] : [];
}
