import type { Figure, Panel } from "../../experiments/figure.ts";
import type { Measurement } from "../../geometry/measure.ts";
import { isDefined } from "../../geometry/undefined.ts";

/** Where the decoupled form of the noise would lie: for cross-entropy that is Σ = G (docs/theory.md §9). */
function decoupledRule({ lossKind, outputs, summary }: Measurement): { series: string; value: number } {
  if (lossKind !== "mse") return { series: "Σ = G", value: 1 / (2 * summary.loss) };
  return { series: outputs > 1 ? "Σ = (2L/C)·G" : "Σ = 2L·G", value: 1 / outputs };
}

/** λ_k of G and g, g₁ along its eigenvectors, the first `shown` of them; each alignment has to be defined to be drawn. */
export function spectrumFigure(measurement: Measurement, shown: number): Figure {
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
