import type { Figure, Panel } from "../experiments/figure.ts";
import type { Measurement } from "../geometry/measure.ts";
import { isDefined } from "../geometry/undefined.ts";
import { renderMeasurePage } from "../report/page/renderMeasurePage.ts";
import type { MeasureDocument } from "./measureDocument.ts";
import { measureFacts } from "./measureFacts.ts";
import { measureReading } from "./measureReading.ts";

/** The report page of `noisegeo measure --out`. `command` is the line that makes it again. */
export function measurePage(
  name: string,
  measurement: Measurement,
  document: MeasureDocument,
  command: string,
): string {
  const { samples, outputs, parameters, spectrum } = measurement;
  const shown = document.gaussNewton.eigenvalues.length;
  return renderMeasurePage({
    title: "Noise geometry at one point",
    source: `${name}: ${samples} samples, ${outputs} ${outputs === 1 ? "output" : "outputs"}, ${parameters} parameters`,
    reading: measureReading(measurement),
    facts: measureFacts(measurement),
    figures: shown > 0 && spectrum.alignments.every(isDefined) ? [spectrumFigure(measurement, shown)] : [],
    undefinedEntries: Object.entries(document.undefined).map(([path, reason]) => ({ path, reason })),
    command,
  });
}

/** Where the decoupled form of the noise would lie: for cross-entropy that is Σ = G (docs/theory.md §9). */
function decoupledRule({ lossKind, outputs, summary }: Measurement): { series: string; value: number } {
  if (lossKind !== "mse") return { series: "Σ = G", value: 1 / (2 * summary.loss) };
  return { series: outputs > 1 ? "Σ = (2L/C)·G" : "Σ = 2L·G", value: 1 / outputs };
}

function spectrumFigure(measurement: Measurement, shown: number): Figure {
  const { spectrum, lossKind } = measurement;
  const indices = Array.from({ length: shown }, (_, k) => k);
  const along = (kind: "covariance" | "secondMoment") =>
    indices.flatMap((k) => {
      const alignment = spectrum.alignments[k];
      return isDefined(alignment) ? [{ x: k + 1, y: alignment[kind] }] : [];
    });
  const x = { label: "eigen-direction k of G, sharpest first", scale: "log" } as const;
  const eigenvalues: Panel = {
    title: "Spectrum of G",
    x,
    y: { label: "eigenvalue λ_k", scale: "log" },
    layers: [
      {
        kind: "points",
        series: "λ_k",
        points: indices.map((k) => ({ x: k + 1, y: spectrum.eigenvalues[k] })),
      },
    ],
  };
  const alignment: Panel = {
    title: "Alignment of the noise along it",
    x,
    y: { label: "directional alignment (dimensionless)", scale: "linear" },
    layers: [
      { kind: "rule", axis: "y", ...decoupledRule(measurement) },
      { kind: "points", series: "g₁(v_k), second moment", points: along("secondMoment") },
      { kind: "points", series: "g(v_k), covariance", points: along("covariance") },
    ],
  };
  const more = spectrum.eigenvalues.length - shown;
  return {
    id: "spectrum",
    title: "Directional alignment along the eigenvectors of the Gauss–Newton matrix",
    caption: `g(v_k) = v_kᵀ Σ v_k / (2L · v_kᵀ G v_k): ${lossKind === "mse" ? "1 where the noise along v_k is what curvature and loss alone predict." : "2L is the normaliser of the square loss; the line is the noise of labels drawn from the model's own probabilities, Σ = G."}${more > 0 ? ` The ${shown} sharpest of ${spectrum.eigenvalues.length} directions.` : ""}`,
    panels: [eigenvalues, alignment],
  };
}
