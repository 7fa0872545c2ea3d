import { isDefined, type Undefined } from "../../../../src/geometry/undefined.ts";
import type { MeasuredPoint } from "../../../../src/report/measurement/measuredPoint.ts";
import { withoutNormaliser } from "../../../../src/report/measurement/reading.ts";
import { formatNumber } from "../../../../src/report/numbers.ts";

export interface FactLine {
  readonly name: string;
  /** Of a definition in src/report/page/terms.ts. */
  readonly term?: string;
  readonly value: number | Undefined;
  readonly note?: string;
}

/** The numbers of `noisegeo measure`, in its order. */
export function factsOf(measured: MeasuredPoint): readonly FactLine[] {
  return [...aligned(measured), ...matrices(measured), ...certified(measured), ...curved(measured)];
}

function aligned(measured: MeasuredPoint): FactLine[] {
  const { summary, lossAlignment, intervals, lossKind, outputs, samples } = measured;
  const interval = (kind: "covariance" | "secondMoment", factor = 1) =>
    isDefined(intervals) && {
      note: `95 % over the samples [${formatNumber(factor * intervals[kind].low)}, ${formatNumber(factor * intervals[kind].high)}]`,
    };
  const times = (kind: "covariance" | "secondMoment", factor = 1) =>
    isDefined(lossAlignment) ? factor * lossAlignment[kind] : lossAlignment;
  const noNoise = samples === 1 && { note: "one sample makes no noise" };
  return [
    {
      name: "μ, loss alignment",
      term: "loss-alignment",
      value: times("covariance"),
      ...(noNoise || interval("covariance")),
    },
    { name: "μ_1, with Σ_1", value: times("secondMoment"), ...interval("secondMoment") },
    ...(outputs > 1 && lossKind === "mse"
      ? [
          {
            name: "C·μ",
            value: times("covariance", outputs),
            ...(interval("covariance", outputs) || { note: `${outputs} outputs: what compares with 1` }),
          },
        ]
      : []),
    ...(lossKind === "mse"
      ? []
      : [
          {
            name: "Tr(ΣG) / ‖G‖_F²",
            value: withoutNormaliser(measured),
            note: "1 where Σ = G, the noise of labels drawn from the model's own probabilities",
          },
        ]),
    {
      name: "L, loss",
      value: summary.loss,
      ...(lossKind !== "mse" && { note: "mean cross-entropy; 2L is the square loss's normaliser" }),
    },
  ];
}

function matrices(measured: MeasuredPoint): FactLine[] {
  const { summary, spectrum, outputs, lossKind } = measured;
  return [
    {
      name: "‖Σ − 2L·G‖ / ‖2L·G‖",
      value: measured.decoupling,
      note: "0 where the noise follows the curvature exactly",
    },
    ...(outputs > 1 && lossKind === "mse"
      ? [{ name: "‖Σ − (2L/C)·G‖ / ‖(2L/C)·G‖", value: measured.decouplingPerOutput }]
      : []),
    {
      name: "λ_max(G)",
      term: "gauss-newton-matrix",
      value: spectrum.eigenvalues[0] ?? 0,
      note: `rank ${formatNumber(spectrum.eigenvalues.length)}`,
    },
    { name: "‖G‖_F", value: summary.gaussNewtonFrobenius },
    { name: "Tr G", value: summary.gaussNewtonTrace },
    { name: "Tr Σ", term: "noise-covariance", value: summary.noiseTrace, note: "at batch size 1" },
    { name: "‖∇L‖²", value: summary.gradientNormSquared },
  ];
}

function certified({ certificate }: MeasuredPoint): FactLine[] {
  if (!certificate) return [];
  const { lossAlignment: extremes, aPosteriori } = certificate;
  const end = (pick: "min" | "max") => (isDefined(extremes) ? extremes[pick] : extremes);
  return [
    { name: "μ at least", value: end("min"), note: "certificate: over all residuals, exact" },
    { name: "μ at most", value: end("max"), note: "certificate: over all residuals, exact" },
    { name: "μ_1 at least", value: aPosteriori, note: "certificate: for any residuals" },
  ];
}

function curved({ hessian }: MeasuredPoint): FactLine[] {
  if (!hessian) return [];
  const { largest, trace, traceStandardError } = hessian;
  return [
    {
      name: "λ_max(H)",
      value: largest.value,
      note: `± ${formatNumber(largest.residual)}${largest.converged ? "" : ", not converged"}`,
    },
    {
      name: "Tr H",
      value: trace,
      note: traceStandardError === 0 ? "exact" : `standard error ${formatNumber(traceStandardError)}`,
    },
  ];
}
