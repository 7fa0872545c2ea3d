import { describe, expect, test } from "vitest";
import { DARK, LIGHT, type Palette } from "../../src/report/figure/palette.ts";

type Rgb = readonly [number, number, number];

/** sRGB to linear light, WCAG 2.2 "relative luminance". */
function linear(colour: string): Rgb {
  const channel = (start: number) => {
    const share = Number.parseInt(colour.slice(start, start + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  };
  return [channel(1), channel(3), channel(5)];
}

function contrast(first: string, second: string): number {
  const luminance = ([r, g, b]: Rgb) => 0.2126 * r + 0.7152 * g + 0.0722 * b;
  const [low, high] = [luminance(linear(first)), luminance(linear(second))].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}

/** Machado, Oliveira, Fernandes 2009, severity 1. */
const VISION = {
  protanopia: [0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998],
  deuteranopia: [0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.01182, 0.04294, 0.968881],
  tritanopia: [1.255528, -0.076749, -0.178779, -0.078411, 0.930809, 0.147602, 0.004733, 0.691367, 0.3039],
};

function seen(colour: string, m: readonly number[]): Rgb {
  const [r, g, b] = linear(colour);
  const row = (start: number) => Math.max(0, m[start] * r + m[start + 1] * g + m[start + 2] * b);
  return [row(0), row(3), row(6)];
}

/** Linear sRGB to OKLab (Ottosson 2020). */
function oklab([r, g, b]: Rgb): Rgb {
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}

function smallestDifference(colours: readonly string[], matrix: readonly number[]): number {
  const places = colours.map((colour) => oklab(seen(colour, matrix)));
  const differences = places.flatMap((first, index) =>
    places.slice(index + 1).map((second) => Math.hypot(...first.map((value, axis) => value - second[axis]))),
  );
  return Math.min(...differences);
}

describe.each<[string, Palette]>([
  ["light", LIGHT],
  ["dark", DARK],
])("the %s palette", (_, { series, paper, ink, muted }) => {
  test("stands out from its background: text 4.5:1, drawing 3:1", () => {
    for (const colour of [ink, muted]) expect(contrast(colour, paper)).toBeGreaterThanOrEqual(4.5);
    for (const colour of series) expect(contrast(colour, paper)).toBeGreaterThanOrEqual(3);
  });

  test.each(Object.entries(VISION))("stays apart under %s", (_, matrix) => {
    expect(smallestDifference(series.slice(0, 4), matrix)).toBeGreaterThan(0.1);
    expect(smallestDifference(series, matrix)).toBeGreaterThan(0.08);
  });
});
