import { type Advice, raisedBy, sharpestCounts } from "../dynamics/advice.ts";
import type { EscapeDirections } from "../dynamics/escapeDirections.ts";
import { isDefined, type Undefined } from "../geometry/undefined.ts";
import { format } from "../report/measurement/reading.ts";
import { type Answer, limits, percent } from "./adviseConditions.ts";

/** An answer as people read it; the terminal and the page show the same ones. */
export interface AdviceLine {
  readonly answer: Answer;
  readonly label: string;
  readonly value: string;
  readonly note?: string;
}

export function adviceLines(advice: Advice): readonly AdviceLine[] {
  const { step, inUse, gradientDescentLimit, gradientDescentBatch, noiseScale, lossAlignment } = advice;
  const { threshold } = inUse;
  const ratio = ratioInUse(advice);
  const lines: AdviceLine[] = [
    {
      answer: "stability",
      label: `largest stable rate η* with B = ${step.batchSize}`,
      value: shown(isDefined(threshold) ? threshold.value : threshold),
      ...(isDefined(threshold) && {
        note: threshold.converged
          ? "in mean square, exact for these samples"
          : `not converged: may be ${format(threshold.error)} less`,
      }),
    },
    {
      answer: "stability",
      label: "η in use over η*",
      value: shown(ratio),
      ...(isDefined(ratio) && { note: standing(ratio) }),
    },
    {
      answer: "stability",
      label: "SGD behaves as GD from batch size",
      value: shown(gradientDescentBatch),
      ...(isDefined(gradientDescentBatch) && { note: "from there η* is within 1 % of GD's limit" }),
    },
    { answer: "gradientDescent", label: "GD's limit 2/λ₁", value: shown(gradientDescentLimit) },
    {
      answer: "alignmentBound",
      label: "alignment bound √(1/(cμ))/‖G‖_F",
      value: shown(inUse.alignmentBound),
      ...(isDefined(lossAlignment) &&
        isDefined(inUse.alignmentBound) && {
          note: `μ = ${format(lossAlignment.covariance)}; above it SGD leaves`,
        }),
    },
    {
      answer: "noiseScale",
      label: "gradient noise scale Tr Σ/‖∇L‖²",
      value: shown(isDefined(noiseScale) ? noiseScale.value : noiseScale),
      note:
        isDefined(noiseScale) && isDefined(noiseScale.interval)
          ? `[${format(noiseScale.interval.low)}, ${format(noiseScale.interval.high)}], 95 % over samples`
          : "the batch size at which noise is as long as the gradient",
    },
    {
      answer: "growth",
      label: "growth rate ρ of the loss a step",
      value: shown(isDefined(advice.growth) ? advice.growth.value : advice.growth),
      ...(isDefined(advice.growth) && { note: pace(advice.growth.value) }),
    },
  ];
  return [...lines, ...escapeLines(advice)];
}

/** H − G may move η* by as much as the condition on it lets through. */
export function isAtEdge(ratio: number): boolean {
  return Math.abs(ratio - 1) <= limits.curvature;
}

function standing(ratio: number): string {
  const side = ratio <= 1 ? "stable: SGD stays" : "unstable: SGD leaves this minimum";
  return isAtEdge(ratio) ? `${side}, but at the edge of what can be told` : side;
}

/** η/η*. */
export function ratioInUse({ step, inUse: { threshold } }: Advice): number | Undefined {
  return isDefined(threshold) ? step.learningRate / threshold.value : threshold;
}

function escapeLines({ step, raised, gradientDescentRaised }: Advice): AdviceLine[] {
  if (!isDefined(raised)) return [];
  const { learningRate } = raised.step;
  const place =
    learningRate === step.learningRate
      ? `at η = ${format(learningRate)}`
      : `raised to ${format(learningRate)} = ${raisedBy} η*`;
  return [
    {
      answer: "escape",
      label: `ρ ${place}`,
      value: format(raised.growth.value),
      note: pace(raised.growth.value),
    },
    ...sharpestCounts.flatMap((count, index): AdviceLine[] => {
      if (index > 0 && count >= lengthOf(raised)) return [];
      const ratio = raised.flatOverSharp[index];
      const other = isDefined(gradientDescentRaised)
        ? gradientDescentRaised.flatOverSharp[index]
        : gradientDescentRaised;
      return [
        {
          answer: "escape",
          label: `growing loss in the ${count === 1 ? "sharpest direction" : `${count} sharpest`}`,
          value: isDefined(ratio) ? percent(1 / (1 + ratio)) : "undefined",
          note: [
            ...(isDefined(ratio) ? [`D_${count} = ${format(ratio)}`] : []),
            ...(isDefined(other) ? [`GD: ${percent(1 / (1 + other))}`] : []),
          ].join("; "),
        },
      ];
    }),
  ];
}

function lengthOf({ shares }: EscapeDirections): number {
  return isDefined(shares) ? shares.length : 0;
}

/** How fast a factor a step is. */
export function pace(rate: number): string {
  if (rate > 1) return `grows 10-fold every ${steps(Math.LN10 / Math.log(rate))}`;
  return rate === 1 ? "neither grows nor falls" : `falls by ${format(1 - rate)} of it in the long run`;
}

function steps(count: number): string {
  const rounded = Number(count.toPrecision(2));
  return rounded === 1 ? "step" : `${rounded} steps`;
}

/** η and B in use, and what they were looked at on. */
export function stepSentence({ step, samples, outputs, parameters }: Advice): string {
  const draws = step.replacement ? "with" : "without";
  return `SGD with η = ${format(step.learningRate)}, B = ${step.batchSize} ${draws} replacement; ${count(samples, "sample")}, ${count(outputs, "output")}, ${count(parameters, "parameter")}`;
}

function count(value: number, noun: string): string {
  return `${value} ${noun}${value === 1 ? "" : "s"}`;
}

/** The curve as a table. */
export function batchTable(advice: Advice): {
  readonly headings: readonly string[];
  readonly rows: readonly (readonly string[])[];
} {
  const cell = (value: number | Undefined) => (isDefined(value) ? format(value) : "–");
  return {
    headings: ["batch size B", "η*", "η in use/η*", "alignment bound"],
    rows: advice.curve.map((at) => [
      String(at.batchSize),
      cell(isDefined(at.threshold) ? at.threshold.value : at.threshold),
      cell(ratioInUse({ ...advice, inUse: at })),
      cell(at.alignmentBound),
    ]),
  };
}

function shown(value: number | Undefined): string {
  return isDefined(value) ? format(value) : "undefined";
}
