import pc from "picocolors";
import { format } from "../report/measurement/reading.ts";
import type { EscapeDocument } from "./escapeDocument.ts";

/** What `noisegeo escape` prints for people. `minimum`: what SGD leaves, and how large it is. */
export function escapeTable(minimum: string, document: EscapeDocument): string {
  const { learningRate, batch, replacement, growthRate, gradientDescent, share, simulation } = document;
  const facts: [label: string, value: number | null, note: string][] = [
    ["growth rate ρ of SGD", growthRate, pace(growthRate)],
    ["of GD, max (1 − ηλ_k)²", gradientDescent.growthRate, pace(gradientDescent.growthRate)],
  ];
  const lines = [
    pc.bold(`Escape from ${minimum}`),
    `learning rate ${format(learningRate)}, batches of ${batch} ${replacement ? "with" : "without"} replacement`,
    "",
    ...facts.map(([label, value, note]) => `${label.padEnd(26)}${shown(value).padEnd(12)} ${pc.dim(note)}`),
    "",
    pc.dim(["k", "D_k(∞)", "paper's bound"].map((cell) => cell.padStart(15)).join("")),
    ...share.map(({ k, limit, paperBound }) =>
      [String(k), shown(limit), shown(paperBound)].map((cell) => cell.padStart(15)).join(""),
    ),
    "",
    ...(simulation ? simulated(simulation, share) : []),
    reading(document),
    ...Object.entries(document.undefined).map(([path, reason]) => pc.yellow(`undefined: ${path}: ${reason}`)),
  ];
  return `${lines.join("\n")}\n`;
}

function simulated(
  { trajectories, steps, growthRate, growthRateInterval }: NonNullable<EscapeDocument["simulation"]>,
  share: EscapeDocument["share"],
): string[] {
  return [
    `simulated, ${trajectories} trajectories`,
    `growth rate over steps ${Math.floor(steps / 2)} to ${steps}`.padEnd(34) +
      withInterval(growthRate, growthRateInterval),
    ...share.map(
      ({ k, simulated: value = null, simulatedInterval }) =>
        `D_${k}(${steps})`.padEnd(34) + withInterval(value, simulatedInterval),
    ),
    "",
  ];
}

function withInterval(value: number | null, interval: readonly [number, number] | undefined): string {
  return `${shown(value).padEnd(12)}${interval ? pc.dim(`95 %: ${format(interval[0])} to ${format(interval[1])}`) : ""}`;
}

/** In how many steps the loss doubles, or falls by half. */
function pace(rate: number | null): string {
  if (rate === null) return "";
  if (rate === 1) return "the loss stays";
  if (rate > 2 || rate < 0.5) return "times the loss at every step";
  const steps = format(Math.abs(Math.LN2 / Math.log(rate)));
  return rate > 1 ? `the loss doubles every ${steps} steps` : `the loss falls by half every ${steps} steps`;
}

function reading({ escapes, gradientDescent, share, source }: EscapeDocument): string {
  if (escapes === null) return "Whether SGD escapes is not known.";
  if (!escapes) return "SGD stays: in the mean square it falls back to the minimum.";
  const first = share[0];
  const carried =
    typeof first?.limit === "number"
      ? `, with ${format(first.limit / (1 + first.limit))} of the loss outside of the ${first.k === 1 ? "sharpest direction" : `${first.k} sharpest directions`} in the long run`
      : "";
  const descent = gradientDescent.escapes
    ? "GD would too, along the sharpest direction alone"
    : "GD with the same learning rate would stay";
  const under = source === "decoupled" ? " under noise Σ = 2L·G" : "";
  return `SGD escapes${under}${carried}; ${descent}.`;
}

function shown(value: number | null): string {
  return value === null ? "undefined" : format(value);
}
