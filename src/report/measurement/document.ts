import { isDefined, type Undefined } from "../../geometry/undefined.ts";
import type { LossKind } from "../../models/linearization.ts";
import { documentNumbers } from "../documentNumbers.ts";
import { type EstimateSection, estimateSection, missingFromEstimate } from "./estimateSection.ts";
import type { MeasuredPoint } from "./measuredPoint.ts";
import { type StabilityEntry, stabilityEntry } from "./stabilityEntry.ts";

/** The JSON document of `noisegeo measure` (docs/contract.md): undefined values are null, their reasons stand in `undefined`. */
export interface MeasureDocument {
  readonly schema: 1;
  readonly samples: number;
  readonly outputs: number;
  readonly parameters: number;
  readonly loss: number | null;
  readonly lossKind: LossKind;
  readonly lossAlignment: {
    readonly covariance: number | null;
    readonly secondMoment: number | null;
    readonly interval?: readonly [number, number];
  };
  readonly gaussNewton: {
    readonly frobenius: number | null;
    readonly trace: number | null;
    readonly eigenvalues: readonly (number | null)[];
  };
  readonly noise: { readonly trace: number | null; readonly gradientNormSquared: number | null };
  readonly directional: {
    readonly covariance: readonly (number | null)[] | null;
    readonly secondMoment: readonly (number | null)[] | null;
  };
  readonly certificate?: {
    readonly lossAlignment: { readonly min: number | null; readonly max: number | null };
  };
  readonly stability?: readonly StabilityEntry[];
  readonly hessian?: {
    readonly maxEigenvalue: number | null;
    /** ‖Hv − λv‖ of the eigenpair: some eigenvalue lies within it. */
    readonly maxEigenvalueResidual: number;
    readonly trace: number | null;
    readonly traceStandardError: number;
    /** Of the starting vectors and the trace's probes. */
    readonly seed: number;
  };
  readonly estimate?: EstimateSection;
  readonly undefined: Readonly<Record<string, string>>;
}

/** Eigen-directions that are reported where nobody says how many: all of a short spectrum, the sharpest of a long one. */
export function directionsReported({ spectrum }: MeasuredPoint): number {
  const rank = spectrum.eigenvalues.length;
  return rank <= 512 ? rank : 20;
}

/** `top`: how many eigen-directions, sharpest first; `seed`: of what was drawn. */
export function measureDocument(measurement: MeasuredPoint, top: number, seed: number): MeasureDocument {
  const { samples, outputs, parameters, lossKind, summary, spectrum, intervals, hessian, estimate } =
    measurement;
  const numbers = documentNumbers();
  const { finite, field } = numbers;

  const eigenvalues = Array.from(spectrum.eigenvalues.slice(0, top), (value, k) =>
    finite(value, `gaussNewton.eigenvalues[${k}]`),
  );
  const directional = (kind: "covariance" | "secondMoment") => {
    const shown = spectrum.alignments.slice(0, top);
    const none = shown.find((value) => !isDefined(value));
    if (none) return finite(none as Undefined, `directional.${kind}`) as null;
    return shown.map((value, k) => field(value, (alignment) => alignment[kind], `directional.${kind}[${k}]`));
  };
  const document = {
    schema: 1,
    samples,
    outputs,
    parameters,
    loss: finite(summary.loss, "loss"),
    lossKind,
    lossAlignment: {
      covariance: field(measurement.lossAlignment, (value) => value.covariance, "lossAlignment.covariance"),
      secondMoment: field(
        measurement.lossAlignment,
        (value) => value.secondMoment,
        "lossAlignment.secondMoment",
      ),
      ...(isDefined(intervals) && {
        interval: [intervals.covariance.low, intervals.covariance.high] as const,
      }),
    },
    gaussNewton: {
      frobenius: finite(summary.gaussNewtonFrobenius, "gaussNewton.frobenius"),
      trace: finite(summary.gaussNewtonTrace, "gaussNewton.trace"),
      eigenvalues,
    },
    noise: {
      trace: finite(summary.noiseTrace, "noise.trace"),
      gradientNormSquared: finite(summary.gradientNormSquared, "noise.gradientNormSquared"),
    },
    directional: { covariance: directional("covariance"), secondMoment: directional("secondMoment") },
    ...(measurement.certificate && {
      certificate: {
        lossAlignment: {
          min: field(
            measurement.certificate.lossAlignment,
            (value) => value.min,
            "certificate.lossAlignment.min",
          ),
          max: field(
            measurement.certificate.lossAlignment,
            (value) => value.max,
            "certificate.lossAlignment.max",
          ),
        },
      },
    }),
    ...(measurement.stability && {
      stability: measurement.stability.map((entry, k) => stabilityEntry(entry, k, numbers)),
    }),
    ...(hessian && {
      hessian: {
        maxEigenvalue: finite(hessian.largest.value, "hessian.maxEigenvalue"),
        maxEigenvalueResidual: hessian.largest.residual,
        trace: finite(hessian.trace, "hessian.trace"),
        traceStandardError: hessian.traceStandardError,
        seed,
      },
    }),
    ...(estimate && { estimate: estimateSection(estimate, seed) }),
  } as const;
  if (!isDefined(intervals)) finite(intervals, "lossAlignment.interval");
  return {
    ...document,
    undefined: { ...numbers.undefined, ...(estimate && missingFromEstimate(estimate)) },
  };
}
