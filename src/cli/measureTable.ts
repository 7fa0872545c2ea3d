import pc from "picocolors";
import type { Measurement } from "../geometry/measure.ts";
import { isDefined } from "../geometry/undefined.ts";
import type { MeasureDocument } from "../report/measurement/document.ts";
import { format, measureReading } from "../report/measurement/reading.ts";
import { measureFacts } from "./measureFacts.ts";

/** Eigen-directions that a terminal shows; the document and the page hold the rest. */
const shownDirections = 12;

/** What `noisegeo measure` prints for people. */
export function measureTable(name: string, measurement: Measurement, document: MeasureDocument): string {
  const { samples, outputs, parameters } = measurement;
  const facts = measureFacts(measurement);
  const width = Math.max(...facts.map(({ label }) => label.length)) + 2;
  const lines = [
    pc.bold(`Noise geometry of ${name}`),
    `${count(samples, "sample")}, ${count(outputs, "output")}, ${count(parameters, "parameter")}`,
    "",
    ...facts.map(
      ({ label, value, note }) =>
        `${label.padEnd(width)}${value.padEnd(12)}${note ? pc.dim(` ${note}`) : ""}`,
    ),
    "",
    ...directions(measurement, document),
    measureReading(measurement),
    ...Object.entries(document.undefined).map(([path, reason]) => pc.yellow(`undefined: ${path}: ${reason}`)),
  ];
  return `${lines.join("\n")}\n`;
}

function directions({ spectrum }: Measurement, document: MeasureDocument): string[] {
  const total = document.gaussNewton.eigenvalues.length;
  if (total === 0) return [];
  const rows = Array.from({ length: Math.min(total, shownDirections) }, (_, k) => {
    const alignment = spectrum.alignments[k];
    const cells = isDefined(alignment)
      ? [alignment.covariance, alignment.secondMoment].map(format)
      : ["–", "–"];
    return [String(k + 1), format(spectrum.eigenvalues[k]), ...cells]
      .map((cell) => cell.padStart(12))
      .join("");
  });
  const heading = ["k", "λ_k of G", "g(v_k)", "g₁(v_k)"].map((cell) => cell.padStart(12)).join("");
  const more = spectrum.eigenvalues.length - rows.length;
  return [pc.dim(heading), ...rows, ...(more > 0 ? [pc.dim(`${"…".padStart(12)} ${more} more`)] : []), ""];
}

function count(value: number, noun: string): string {
  return `${value} ${noun}${value === 1 ? "" : "s"}`;
}
