import type { Row } from "../experiment.ts";
import { groups, mean, numbers, where } from "../rows.ts";
import { short, spanText } from "../spanText.ts";
import { entropyLoss, fewest, initial, looks, oneHotLoss, scalarLoss } from "./setting.ts";

const last = looks[looks.length - 1].theta;

/** What was seen, with what is not a check: the initialisation, low loss, other losses, and who carries the residuals. */
export function reading(rows: readonly Row[]): string {
  const seen = where(rows, { kind: "look" });
  if (seen.length === 0) return "No images were found, so that nothing was measured.";
  const two = where(seen, { loss: scalarLoss });
  return [
    ...scalarReading(two),
    ...oneHotReading(where(seen, { loss: oneHotLoss })),
    ...entropyReading(where(seen, { loss: entropyLoss })),
    ...lostRuns(seen, rows),
  ].join("\n");
}

function scalarReading(rows: readonly Row[]): readonly string[] {
  if (rows.length === 0) return [];
  const trained = rows.filter(({ theta }) => theta !== initial);
  const low = where(rows, { theta: last });
  const start = where(rows, { theta: initial });
  return [
    `With scalar targets the mean of μ over seeds was ${spread(trained, "alignment")} along training, and μ of noise of the same trace without direction at most ${short(Math.max(...meansOf(trained, "isotropic")))}.`,
    `At the initialisation it was ${spread(start, "alignment")}: where the outputs share an offset all gradients agree along the sharpest direction, which is no noise (‖∇L‖² was up to ${short(Math.max(...meansOf(start, "gradientShare")))} of Tr Σ₁); μ₁, with that part, was ${spread(start, "secondMoment")}.`,
    `μ is the mean of g along the eigenvectors of G with weights λ_k², of which λ₁² is ${spread(trained, "sharpestShare")}; along the spectrum vᵀΣv grew as vᵀGv to the power ${spread(trained, "exponent")}.`,
    `g along random directions was ${spread(trained, "random")} in the mean.`,
    `At the end, with ${spread(low, "lossShare")} of the loss of f = 0 left, the residuals are as if ${percent(low, "carriers")} % of the samples carried them; μ₁ was ${spread(low, "secondMoment")} there, where min a/mean a, all that is certain for any residuals, was ${spread(low, "bound")}.`,
  ];
}

function oneHotReading(rows: readonly Row[]): readonly string[] {
  if (rows.length === 0) return [];
  const at = (theta: string) => spread(where(rows, { theta }), "alignment");
  return [
    `With one-hot targets C·μ was ${at(initial)} at the initialisation, ${at(looks[0].theta)} at half of the loss, ${at(last)} at the end (${spread(where(rows, { theta: last }), "lossShare")} of the loss left).`,
  ];
}

function entropyReading(rows: readonly Row[]): readonly string[] {
  if (rows.length === 0) return [];
  const low = where(rows, { theta: last });
  return [
    `For cross-entropy 2L is a normaliser by name only: μ was ${spread(rows, "alignment")}, Tr(ΣG)/‖G‖_F² went from ${spread(where(rows, { theta: initial }), "fisher")} at the initialisation to ${spread(low, "fisher")} at the end (${spread(low, "lossShare")} of the loss left), and vᵀΣv grew as vᵀGv to the power ${spread(low, "exponent")} there.`,
  ];
}

/** Runs whose loss left all bounds have no last look. */
function lostRuns(seen: readonly Row[], rows: readonly Row[]): readonly string[] {
  const started = where(seen, { theta: initial }).length;
  const lost = started - where(seen, { theta: last }).length;
  const nothing = where(rows, { kind: "undefined" }).length;
  return [
    ...(lost > 0 ? [`${lost} of ${started} runs left all bounds and were not followed to the end.`] : []),
    ...(nothing > 0 ? [`At ${nothing} θ there was nothing to measure.`] : []),
  ];
}

/** Least and largest mean over seeds. */
function spread(rows: readonly Row[], field: string): string {
  return spanText(meansOf(rows, field));
}

function percent(rows: readonly Row[], field: string): string {
  const means = meansOf(rows, field).map((value) => Math.round(100 * value));
  return `${Math.min(...means)} to ${Math.max(...means)}`;
}

/** The mean over seeds of every case that runs enough came to. */
function meansOf(rows: readonly Row[], field: string): readonly number[] {
  return groups(rows, ["network", "width", "data", "theta"])
    .filter((group) => group.rows.length >= fewest)
    .map((group) => mean(numbers(group.rows, field)));
}
