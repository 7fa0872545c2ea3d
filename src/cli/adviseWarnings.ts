import type { Advice } from "../dynamics/advice.ts";
import { batchNoise } from "../dynamics/batchNoise.ts";
import { isDefined } from "../geometry/undefined.ts";
import { format } from "../report/measurement/reading.ts";
import { type Condition, type Judgement, needs } from "./adviseConditions.ts";
import type { NetworkFacts } from "./pointSource.ts";

/** What a person has to know before relying on the numbers: a sentence for each condition that fails, and for a part of the samples. */
export function adviseWarnings(
  advice: Advice,
  judgement: Judgement,
  network: NetworkFacts | undefined,
): readonly string[] {
  const failing = judgement.conditions.filter(({ holds }) => holds === false);
  return [...failing.map(sentence), ...notConverged(advice), ...partOfSamples(advice, network)];
}

function sentence({ label, statement, consequence, name }: Condition): string {
  const concerned = name === "samples" ? "the noise scale" : answersThatNeed(name);
  return `“${label}” does not hold: ${statement}; ${consequence}. This concerns ${concerned}.`;
}

function answersThatNeed(name: Condition["name"]): string {
  const names: readonly Condition["name"][] = needs.gradientDescent;
  return names.includes(name)
    ? "η*, GD's limit, the alignment bound, ρ and the escape"
    : "η*, the alignment bound, ρ and the escape";
}

function notConverged({ curve }: Advice): string[] {
  const open = curve.filter(({ threshold }) => isDefined(threshold) && !threshold.converged);
  if (open.length === 0) return [];
  return [`η* has not converged for batches of ${open.map(({ batchSize }) => batchSize).join(", ")}.`];
}

/** Thresholds are those of training on the samples measured; their noise is that of batches out of these. */
function partOfSamples({ samples, step }: Advice, network: NetworkFacts | undefined): string[] {
  if (!network || network.available <= samples) return [];
  const { available, training } = network;
  const sentence = `${samples} of ${available} samples were measured: the thresholds are those of training on these ${samples} alone`;
  const [here, there] = [samples, available].map((n) => batchNoise(n, step));
  const whole = step.batchSize === samples && training !== undefined && training.batchSize === undefined;
  if (whole || Math.abs(here / there - 1) <= 0.01) return [`${sentence}.`];
  const noise = `whose batches of ${step.batchSize} have noise c = ${format(here)} where those out of ${available} have ${format(there)}`;
  const other = 1 / step.batchSize;
  const closer = !step.replacement && Math.abs(other - there) < Math.abs(here - there);
  return [
    `${sentence}, ${noise}${closer ? `; --replacement, with c = ${format(other)}, comes closer` : ""}.`,
  ];
}
