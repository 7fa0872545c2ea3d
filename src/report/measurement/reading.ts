import type { Alignment } from "../../geometry/alignment.ts";
import type { Measurement } from "../../geometry/measure.ts";
import { isDefined, type Undefined } from "../../geometry/undefined.ts";

/** What the sentence speaks of. */
type Measured = Pick<
  Measurement,
  "samples" | "outputs" | "parameters" | "lossKind" | "summary" | "lossAlignment"
>;

/**
 * μ of noise with the same trace but no preferred direction, Tr Σ·Tr G/(p·2L·‖G‖_F²): what alignment is worth.
 * For where μ is defined; no number where the sizes themselves are beyond the range of float64.
 */
function isotropicLossAlignment({ summary, parameters }: Measured): number {
  return (
    ((summary.noiseTrace / summary.gaussNewtonFrobenius) *
      (summary.gaussNewtonTrace / summary.gaussNewtonFrobenius)) /
    (2 * summary.loss * parameters)
  );
}

/** Tr(ΣG)/‖G‖_F², the alignment before it is divided by 2L. */
export function withoutNormaliser({
  lossAlignment,
  summary,
}: Pick<Measured, "lossAlignment" | "summary">): number | Undefined {
  return isDefined(lossAlignment) ? 2 * summary.loss * lossAlignment.covariance : lossAlignment;
}

/** One sentence that says what the numbers mean. */
export function measureReading(measurement: Measured): string {
  const { lossAlignment, outputs } = measurement;
  if (!isDefined(lossAlignment)) return `No alignment here: ${lossAlignment.undefined}.`;
  if (measurement.samples === 1) return "One sample makes no noise: Σ = 0, so μ = 0.";
  if (measurement.lossKind !== "mse") return crossEntropyReading(measurement, lossAlignment);
  const value = lossAlignment.covariance * outputs;
  const symbol = outputs > 1 ? "C·μ" : "μ";
  const decoupled = outputs > 1 ? "(2L/C)·G" : "2L·G";
  const strength =
    Math.abs(value - 1) < 0.05
      ? `as fast as noise of the decoupled form ${decoupled}`
      : `${format(value)} times as fast as noise of the decoupled form ${decoupled}`;
  const isotropic = isotropicLossAlignment(measurement) * outputs;
  const compared = Number.isFinite(isotropic)
    ? `; noise of the same size without a preferred direction would have ${symbol} = ${format(isotropic)}`
    : "";
  return `${symbol} = ${format(value)}: to second order SGD's noise raises the loss ${strength}${compared}.`;
}

/** Against Σ = G, which has a meaning for cross-entropy (docs/theory.md §9), rather than Σ = 2L·G, which has none. */
function crossEntropyReading(measurement: Measured, { covariance }: Alignment): string {
  const unit = 2 * measurement.summary.loss;
  return (
    `Tr(ΣG)/‖G‖_F² = ${format(unit * covariance)}: to second order SGD's noise raises the loss as many times as fast as ` +
    "noise Σ = G would, that of labels drawn from the model's own probabilities; noise of the same size without a " +
    `preferred direction would have ${format(unit * isotropicLossAlignment(measurement))}. μ = ${format(covariance)} divides by 2L, ` +
    "the normaliser of the square loss."
  );
}

/** Three significant digits, plain where that is readable. */
export function format(value: number): string {
  if (value === 0) return "0";
  const magnitude = Math.abs(value);
  return magnitude >= 1e-3 && magnitude < 1e5 ? String(Number(value.toPrecision(4))) : value.toExponential(3);
}
