import type { Row } from "../experiment.ts";
import { distinct, where } from "../rows.ts";
import { networks } from "./networks.ts";
import { type Case, classPairs, directions, looks, rate, type Sizes, stride } from "./setting.ts";

/** Networks, data, losses, θ and what was left out, for a reader. */
export function settingText(rows: readonly Row[], { cases, averaged }: Sizes): readonly string[] {
  return [
    ...networkLines(cases),
    dataLine(cases, averaged),
    "Losses: square loss with targets ±1 and one output; square loss with one-hot targets and C = 10 outputs, where C·μ and C·g are given; cross-entropy with C = 10, where 2L, twice the cross-entropy, normalises by name only (docs/theory.md §9).",
    `θ: the initialisation; then SGD from there, batches with replacement, learning rate ${rate}/(λ₁ + Tr G/B) of the θ last looked at; ${looks.map(({ theta, share }) => `"${theta}" is where the loss was first at most ${100 * share} % of that of f = 0`).join(", ")}, looked for every ${stride} steps; the last also where the steps end. Trained in float32, measured in float64.`,
    `g along the ${directions.sharpest} sharpest eigen-directions of G, ${directions.random} random ones, and in bands of 1, 2, 4, 8, … eigen-directions.`,
    "Batches only scale the noise, Σ/B with replacement and (n−B)/(B(n−1))·Σ without, so that μ and g are those of every batch size and both kinds of draw; that batches do so is tested in loss-dynamics and projection-dynamics. Isotropic noise: (Tr Σ/p)·I.",
    "Each seed draws images, initialisation and batches anew, the same for all widths. Intervals: 95 % Student over seeds.",
    ...leftOut(rows),
  ];
}

function networkLines(cases: readonly Case[]): readonly string[] {
  return [...new Set(cases.map(({ network }) => network))].map((network) => {
    const own = cases.filter((one) => one.network === network);
    const runs = own.map(
      ({ data, loss, samples, seeds, batchSize, maxSteps, widths }) =>
        `${data} (${loss}; n = ${samples}, w = ${widths.map(width).join(", ")}, ${seeds} seeds, B = ${batchSize}, at most ${maxSteps} steps)`,
    );
    return `${network}: ${networks[network].description}; on ${runs.join("; ")}.`;
  });
}

function width(value: number): string {
  return value < 1 ? `1/${Math.round(1 / value)}` : String(value);
}

function dataLine(cases: readonly Case[], averaged: boolean): string {
  const pairs = [...new Set(cases.map(({ data }) => data))].map(
    (data) => `${data} ${classPairs[data].join(" against ")}`,
  );
  return `Images of the training split drawn at random, all of 32×32 pixels (grey ones get a black border)${averaged ? ", averaged to 16×16 but for VGG-11" : ""}, to mean 0 and variance 1 over all numbers. Classes for the targets ±1: ${pairs.join(", ")}; else all ten.`;
}

function leftOut(rows: readonly Row[]): readonly string[] {
  const missing = where(rows, { kind: "left out" });
  return distinct<string>(missing, "data").map((data) => {
    const [{ reason }] = where(missing, { data });
    return `Left out: ${data}, as its images are not on this machine (${reason}).`;
  });
}
