import type { Row } from "../experiment.ts";
import { groups, mean, numbers, where } from "../rows.ts";
import { spanText } from "../spanText.ts";
import { initial, lookName, looks, low, oneHotClasses, scalar } from "./setting.ts";

/** What was seen, with what is not a check. */
export function reading(rows: readonly Row[]): string {
  const seen = where(rows, { kind: "look" });
  if (seen.length === 0) return "Nothing was measured.";
  const start = where(seen, { theta: initial });
  const late = where(seen, { theta: lookName(low) });
  return [
    `‖H − G‖_F/‖G‖_F was ${spread(start, "distance")} at the initialisation and ${spread(late, "distance")} at 1 % of the loss of f = 0; −λ_min/λ_max of H ${spread(start, "negative")} and ${spread(late, "negative")}; μ from H over μ ${spread(start, "alignmentRatio")} and ${spread(late, "alignmentRatio")}; Tr(ΣH)/Tr(ΣG) ${spread(start, "lossRatio")} and ${spread(late, "lossRatio")}.`,
    `Along the most negative direction of H there is noise all the same: C·vᵀΣv/(2L) was ${spread(start, "noiseAtNegative")} of |λ_min| at the initialisation, vᵀGv ${spread(start, "gaussNewtonAtNegative")}; g with vᵀHv in place of vᵀGv would be negative there.`,
    `With scalar targets the overlap of the sharpest spaces of Σ and H was ${spread(where(seen, { targets: scalar }), "overlapNoiseH")}, ${spread(where(seen, { targets: scalar }), "overlapOverRandom")} times that of random ones.`,
    ...oneHotReading(where(seen, { targets: oneHotClasses })),
    `Within layers lies ${spread(seen, "within")} of ‖H − G‖_F² (ReLU the least): second derivatives of a piecewise linear network couple different layers alone.`,
    ...unfinished(seen, start),
  ].join("\n");
}

function oneHotReading(rows: readonly Row[]): readonly string[] {
  const after = where(rows, { theta: lookName(looks[1].share) });
  if (after.length === 0) return [];
  return [
    `With one-hot targets it fell from ${spread(where(rows, { theta: initial }), "overlapNoiseH")} at the initialisation to ${spread(after, "overlapNoiseH")} at 10 % of the loss, and that of Σ and G to ${spread(after, "overlapNoiseG")}: H ≈ G does not make Σ like either.`,
  ];
}

function unfinished(seen: readonly Row[], start: readonly Row[]): readonly string[] {
  const last = where(seen, { theta: lookName(looks[looks.length - 1].share) }).length;
  return last < start.length
    ? [
        `${start.length - last} of ${start.length} runs did not come to the last look within their steps and were measured up to where they came.`,
      ]
    : [];
}

/** Least and largest mean over seeds. */
function spread(rows: readonly Row[], field: string): string {
  const means = groups(
    rows.filter((row) => typeof row[field] === "number"),
    ["network", "targets", "theta"],
  ).map(({ rows: own }) => mean(numbers(own, field)));
  return spanText(means);
}
