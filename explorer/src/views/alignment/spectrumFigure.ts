import type { Axis, Figure, Layer } from "../../../../src/experiments/figure.ts";
import { isDefined } from "../../../../src/geometry/undefined.ts";
import { certificateName, residualsOf } from "./certified.ts";
import type { Certificate, Look } from "./look.ts";
import { perOutput } from "./perOutput.ts";

/** g along the spectrum of G, with what theory says of it. */
export function spectrumFigure(look: Look, certificate: Certificate | undefined): Figure {
  const { times, prefix, geometry } = perOutput(look.outputs);
  const measured = look.alignments.flatMap((alignment, k) =>
    isDefined(alignment) ? [{ x: k + 1, y: times * alignment.covariance }] : [],
  );
  const band = (certificate?.directional ?? []).flatMap((extremes, k) =>
    isDefined(extremes) ? [{ x: k + 1, low: times * extremes.min, high: times * extremes.max }] : [],
  );
  const theory: Layer = look.population
    ? { kind: "line", series: "closed form, n → ∞", points: atEigenvectors(look.population.alignments) }
    : { kind: "rule", series: `1: Σ = ${geometry}`, axis: "y", value: 1 };
  const shown = [...measured.map(({ y }) => y), ...(look.population?.alignments ?? [])];
  const x: Axis = {
    label: "eigenvector k of G, sharpest first",
    scale: "log",
    domain: [0.9, 1.1 * Math.max(look.eigenvalues.length, 1)],
  };
  return {
    id: "directional-alignment",
    title: "Directional alignment along the spectrum of G",
    caption:
      `Each marker is one eigenvector of G, sharpest first. ${theoryWords(look)} The band holds every value that ` +
      `${prefix}g can take over ${residualsOf(certificate)}, in the first ${look.directions} directions; above the frame it is cut off.`,
    panels: [
      {
        x,
        y: {
          label: `${prefix}g(θ; v_k) (dimensionless)`,
          scale: "linear",
          domain: [0, top(shown, band)],
        },
        layers: [
          { kind: "band", series: certificateName, points: band },
          theory,
          { kind: "points", series: `${prefix}g(θ; v_k)`, points: measured },
        ],
      },
      {
        x,
        y: { label: "eigenvalue λ_k of G", scale: "log" },
        layers: [{ kind: "points", series: "λ_k", points: atEigenvectors(look.eigenvalues) }],
      },
    ],
  };
}

function theoryWords({ population, outputs }: Look): string {
  if (population) {
    return "The line is the closed form along the same vectors for infinitely many samples, between 1 and 2.";
  }
  return `No closed form is known here; 1 is where Σ = ${perOutput(outputs).geometry} along the vector.`;
}

const atEigenvectors = (values: Float64Array) => Array.from(values, (y, k) => ({ x: k + 1, y }));

/** High enough for all markers and the closed form; the band may leave the picture upwards. */
function top(shown: readonly number[], band: readonly { readonly high: number }[]): number {
  const highest = shown.reduce((most, value) => Math.max(most, value), 1.5);
  const reach = band.reduce((most, { high }) => Math.max(most, high), highest);
  return 1.1 * Math.min(2 * highest, reach);
}
