import type { Measurement } from "../geometry/measure.ts";
import { isDefined } from "../geometry/undefined.ts";
import type { MeasureDocument } from "../report/measurement/document.ts";
import { measureReading } from "../report/measurement/reading.ts";
import { spectrumFigure } from "../report/measurement/spectrumFigure.ts";
import { renderMeasurePage } from "../report/page/renderMeasurePage.ts";
import { measureFacts } from "./measureFacts.ts";

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
