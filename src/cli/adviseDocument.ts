import { type Advice, sharpestCounts } from "../dynamics/advice.ts";
import { isDefined, type Undefined } from "../geometry/undefined.ts";
import type { LossKind } from "../models/linearization.ts";
import { documentNumbers } from "../report/documentNumbers.ts";
import { conditionNumbers } from "./adviseConditionNumbers.ts";
import { type Answer, type ConditionName, type Judgement, needs, validity } from "./adviseConditions.ts";
import { ratioInUse } from "./adviseLines.ts";
import type { NetworkFacts } from "./pointSource.ts";

type Value = number | null;

/** D_k of an escape: of SGD with the paper's bound beside it. */
interface Share {
  readonly k: number;
  readonly limit: Value;
  readonly paperBound?: Value;
}

/** The JSON document of `noisegeo advise` (docs/contract.md): undefined values are null, their reasons stand in `undefined`. */
export interface AdviseDocument {
  readonly schema: 1;
  readonly samples: number;
  /** N, of which the samples were taken. */
  readonly available: Value;
  readonly outputs: number;
  readonly parameters: number;
  readonly loss: Value;
  readonly lossKind: LossKind;
  readonly learningRate: number;
  readonly batch: number;
  readonly replacement: boolean;
  readonly stability: {
    readonly threshold: Value;
    /** By how much η* may be smaller. */
    readonly thresholdError: Value;
    /** η/η*. */
    readonly ratio: Value;
    readonly stable: boolean | null;
    readonly alignmentBound: Value;
    readonly gradientDescent: Value;
    readonly gradientDescentBatch: Value;
    readonly batches: readonly {
      readonly batch: number;
      readonly threshold: Value;
      readonly alignmentBound: Value;
    }[];
  };
  readonly noiseScale: { readonly value: Value; readonly interval: readonly [number, number] | null };
  readonly growthRate: Value;
  readonly escape: {
    readonly learningRate: Value;
    readonly growthRate: Value;
    readonly share: readonly Share[];
    readonly gradientDescent: {
      readonly learningRate: Value;
      readonly growthRate: Value;
      readonly share: readonly Share[];
    };
  };
  readonly conditions: Readonly<Partial<Record<ConditionName, Readonly<Record<string, Value | boolean>>>>>;
  /** null where a condition that is needed cannot be told. */
  readonly valid: Readonly<Record<Answer, boolean | null>>;
  readonly warnings: readonly string[];
  readonly undefined: Readonly<Record<string, string>>;
}

/** Everything that is told of a point. */
export interface AdvisedPoint {
  /** For people: what was looked at. */
  readonly name: string;
  readonly advice: Advice;
  readonly judgement: Judgement;
  readonly document: AdviseDocument;
}

export function adviseDocument(
  advice: Advice,
  judgement: Judgement,
  network: NetworkFacts | undefined,
  warnings: readonly string[],
): AdviseDocument {
  const numbers = documentNumbers();
  const { finite, field, flag } = numbers;
  const { step, inUse, noiseScale, raised, gradientDescentRaised } = advice;
  const ratio = ratioInUse(advice);
  const shares = (of: Advice["raised"], path: string, bounds?: Advice["paperBounds"]): Share[] =>
    sharpestCounts.map((k, index) => ({
      k,
      limit: field(of, (escaping) => escaping.flatOverSharp[index], `${path}[${index}].limit`),
      ...(bounds && { paperBound: finite(bounds[index], `${path}[${index}].paperBound`) }),
    }));
  const interval = isDefined(noiseScale) ? noiseScale.interval : noiseScale;
  if (!isDefined(interval)) finite(interval, "noiseScale.interval");

  const document = {
    schema: 1,
    samples: advice.samples,
    available: finite(network ? network.available : unknownTotal, "available"),
    outputs: advice.outputs,
    parameters: advice.parameters,
    loss: finite(advice.summary.loss, "loss"),
    lossKind: advice.lossKind,
    learningRate: step.learningRate,
    batch: step.batchSize,
    replacement: step.replacement,
    stability: {
      threshold: field(inUse.threshold, ({ value }) => value, "stability.threshold"),
      thresholdError: field(inUse.threshold, ({ error }) => error, "stability.thresholdError"),
      ratio: finite(ratio, "stability.ratio"),
      stable: flag(isDefined(ratio) ? ratio <= 1 : ratio, "stability.stable"),
      alignmentBound: finite(inUse.alignmentBound, "stability.alignmentBound"),
      gradientDescent: finite(advice.gradientDescentLimit, "stability.gradientDescent"),
      gradientDescentBatch: finite(advice.gradientDescentBatch, "stability.gradientDescentBatch"),
      batches: advice.curve.map(({ batchSize, threshold, alignmentBound }, k) => ({
        batch: batchSize,
        threshold: field(threshold, ({ value }) => value, `stability.batches[${k}].threshold`),
        alignmentBound: finite(alignmentBound, `stability.batches[${k}].alignmentBound`),
      })),
    },
    noiseScale: {
      value: field(noiseScale, ({ value }) => value, "noiseScale.value"),
      interval: isDefined(interval) ? ([interval.low, interval.high] as const) : null,
    },
    growthRate: field(advice.growth, ({ value }) => value, "growthRate"),
    escape: {
      learningRate: field(raised, (of) => of.step.learningRate, "escape.learningRate"),
      growthRate: field(raised, ({ growth }) => growth.value, "escape.growthRate"),
      share: shares(raised, "escape.share", advice.paperBounds),
      gradientDescent: {
        learningRate: field(
          gradientDescentRaised,
          (of) => of.step.learningRate,
          "escape.gradientDescent.learningRate",
        ),
        growthRate: field(
          gradientDescentRaised,
          ({ growth }) => growth.value,
          "escape.gradientDescent.growthRate",
        ),
        share: shares(gradientDescentRaised, "escape.gradientDescent.share"),
      },
    },
    conditions: Object.fromEntries(
      judgement.conditions.map(({ name, holds }) => [
        name,
        {
          holds: flag(holds, `conditions.${name}.holds`),
          ...conditionNumbers(name, advice, judgement, network, (value, key) =>
            finite(value, `conditions.${name}.${key}`),
          ),
        },
      ]),
    ),
    valid: Object.fromEntries(
      (Object.keys(needs) as Answer[]).map((answer) => [answer, validity(answer, judgement) ?? null]),
    ) as AdviseDocument["valid"],
    warnings,
  } as const;
  return { ...document, undefined: numbers.undefined };
}

/**
 * What to tell people of undefined numbers, those with one reason together. Conditions have theirs beside them, and a table of
 * batch sizes shows a dash.
 */
export function undefinedEntries(document: AdviseDocument): { path: string; reason: string }[] {
  const paths = new Map<string, string[]>();
  for (const [path, reason] of Object.entries(document.undefined)) {
    if (/^(conditions|available|stability\.batches)\b/.test(path)) continue;
    paths.set(reason, [...(paths.get(reason) ?? []), path]);
  }
  return [...paths].map(([reason, all]) => ({
    path: all.length > 2 ? `${all[0]} and ${all.length - 1} more` : all.join(", "),
    reason,
  }));
}

const unknownTotal: Undefined = { undefined: "a Jacobian does not say how many samples there are" };
