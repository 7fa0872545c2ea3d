import type { BatchStability } from "../dynamics/batchStability.ts";
import type { BlockEstimate } from "../geometry/estimate/blockMean.ts";
import type { GeometryEstimate, Sampling } from "../geometry/estimate/geometryEstimate.ts";
import { isDefined, type Undefined } from "../geometry/undefined.ts";
import type { MeasuredPoint } from "../report/measurement/measuredPoint.ts";
import { format, withoutNormaliser } from "../report/measurement/reading.ts";

/** A quantity as people read it; the terminal and the page show the same ones. */
export interface Fact {
  readonly label: string;
  readonly value: string;
  readonly note?: string;
}

export function measureFacts(measurement: MeasuredPoint): readonly Fact[] {
  const { summary, lossAlignment, intervals, spectrum, certificate, hessian, estimate } = measurement;
  const over = estimate ? "of the draws" : "over samples";
  const squareLoss = measurement.lossKind === "mse";
  // what isotropic residuals of several outputs would give says nothing of a softmax
  const outputs = squareLoss ? measurement.outputs : 1;
  const facts: Fact[] = [{ label: "loss L", value: sized(summary.loss) }];
  const interval = (kind: "covariance" | "secondMoment", factor = 1) =>
    isDefined(intervals)
      ? { note: `${range(intervals[kind].low * factor, intervals[kind].high * factor)}, 95 % ${over}` }
      : {};
  const aligned = (kind: "covariance" | "secondMoment", factor = 1) =>
    shown(isDefined(lossAlignment) ? lossAlignment[kind] * factor : lossAlignment);
  if (!squareLoss) {
    facts.push(
      {
        label: "Tr(ΣG)/‖G‖_F²",
        value: shown(withoutNormaliser(measurement)),
        note: "1: Σ = G, the noise of labels drawn from the model's own probabilities",
      },
      {
        label: "normaliser 2L of the alignments",
        value: sized(2 * summary.loss),
        note: "the square loss's: Σ ≈ 2L·G is a square-loss statement",
      },
    );
  }
  facts.push({ label: "loss alignment μ", value: aligned("covariance"), ...interval("covariance") });
  facts.push({
    label: "with the second moment, μ₁",
    value: aligned("secondMoment"),
    ...interval("secondMoment"),
  });
  if (outputs > 1) {
    facts.push({
      label: `per output, C·μ (C = ${outputs})`,
      value: aligned("covariance", outputs),
      ...interval("covariance", outputs),
    });
  }
  if (!estimate) {
    facts.push({
      label: "decoupling ‖Σ − 2L·G‖/‖2L·G‖",
      value: shown(measurement.decoupling),
      note: "0: Σ = 2L·G",
    });
    if (outputs > 1) {
      facts.push({ label: "decoupling from (2L/C)·G", value: shown(measurement.decouplingPerOutput) });
    }
  }
  facts.push(
    {
      label: "Gauss–Newton ‖G‖_F",
      value: sized(summary.gaussNewtonFrobenius),
      ...sampledNote(estimate?.gaussNewtonFrobenius),
    },
    { label: "Tr G", value: sized(summary.gaussNewtonTrace), ...sampledNote(estimate?.gaussNewtonTrace) },
    ...sharpest(spectrum.eigenvalues, estimate),
    {
      label: "noise Tr Σ (batch size 1)",
      value: sized(summary.noiseTrace),
      ...sampledNote(estimate?.noiseTrace),
    },
    { label: "gradient ‖∇L‖²", value: sized(summary.gradientNormSquared) },
    ...(estimate ? [pairsTaken(estimate.sampling)] : []),
  );
  if (hessian) {
    const { largest, trace, traceStandardError } = hessian;
    facts.push(
      {
        label: "Hessian λ_max(H)",
        value: format(largest.value),
        note: `± ${format(largest.residual)}${largest.converged ? "" : ", not converged"}`,
      },
      {
        label: "Tr H",
        value: format(trace),
        note: traceStandardError === 0 ? "exact" : `standard error ${format(traceStandardError)}`,
      },
    );
  }
  facts.push(...(measurement.stability ?? []).flatMap(stabilityFacts));
  if (certificate) {
    const { lossAlignment: extremes, aPosteriori } = certificate;
    facts.push(
      {
        label: "certificate: μ over all residuals",
        value: isDefined(extremes) ? range(extremes.min, extremes.max) : shown(extremes),
        note: "exact; no targets could leave it",
      },
      { label: "certificate: μ₁ at least", value: shown(aPosteriori), note: "for any residuals" },
    );
  }
  return facts;
}

function sampledNote(estimate: BlockEstimate | undefined): { readonly note?: string } {
  return estimate
    ? { note: `${range(estimate.interval.low, estimate.interval.high)}, 95 % of the draws` }
    : {};
}

/** λ_max with what is known of the rest of the spectrum; nothing where no direction was asked for. */
function sharpest(eigenvalues: Float64Array, estimate: GeometryEstimate | undefined): Fact[] {
  const fact = { label: "λ_max(G)", value: format(eigenvalues[0] ?? 0) };
  if (!estimate) return [{ ...fact, note: `rank ${eigenvalues.length}` }];
  if (eigenvalues.length === 0) return [];
  return [{ ...fact, note: `± ${format(estimate.eigenDirections.residuals[0])}` }];
}

function pairsTaken({ pairs, blocks, blockSamples, samplesUsed, exact }: Sampling): Fact {
  return {
    label: "pairs of samples",
    value: String(pairs),
    note: exact
      ? "all there are: nothing is estimated"
      : `in ${blocks} independent blocks of ${blockSamples} draws, ${samplesUsed} samples used; L and ‖∇L‖² are exact`,
  };
}

function stabilityFacts({ batch, replacement, ...stability }: BatchStability): Fact[] {
  const { threshold, necessary } = stability;
  const draw = `B = ${batch}${replacement ? ", with replacement" : ""}`;
  const converged = !isDefined(threshold) || threshold.converged;
  return [
    {
      label: `stability η* (${draw})`,
      value: shown(isDefined(threshold) ? threshold.value : threshold),
      note: `${converged ? "" : "not converged; "}of the linear model near a minimum with L = 0; GD: ${shown(stability.gradientDescent)}`,
    },
    {
      label: `    η* (B = ${batch}) lies below`,
      value: shown(
        isDefined(necessary) ? Math.min(necessary.sharpestDirection, necessary.isotropic) : necessary,
      ),
      note: `by necessary conditions; alignment bound ${shown(stability.alignmentBound)}`,
    },
  ];
}

function sized(value: number): string {
  return Number.isFinite(value) ? format(value) : "beyond float64";
}

function shown(value: number | Undefined): string {
  return isDefined(value) ? format(value) : "undefined";
}

function range(low: number, high: number): string {
  return `[${format(low)}, ${format(high)}]`;
}
