import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  formatBytes,
  formatEstimate,
  formatFixed,
  formatNumber,
  formatScientific,
  formatSeconds,
  powerOfTen,
} from "../../src/report/numbers.ts";

/** Reads a formatted number back. */
function parse(text: string): number {
  const plain = text.replaceAll(",", "").replaceAll("−", "-");
  const power = plain.match(/^(?:(-?[\d.]+) × |(-)?)10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)$/);
  if (power === null) return Number(plain);
  const exponent = [...power[3]].map((digit) => (digit === "⁻" ? "-" : "⁰¹²³⁴⁵⁶⁷⁸⁹".indexOf(digit))).join("");
  return Number(`${power[1] ?? `${power[2] ?? ""}1`}e${exponent}`);
}

describe("formatNumber", () => {
  test.each([
    [0, "0"],
    [-0, "0"],
    [1234, "1,234"],
    [-0.5, "−0.5"],
    [0.00012344, "0.0001234"],
    [1.5e-7, "1.5 × 10⁻⁷"],
    [1e-12, "10⁻¹²"],
    [-1e-12, "−10⁻¹²"],
    [1234567.8, "1,234,568"],
    [Number.NaN, "undefined"],
    [Number.NEGATIVE_INFINITY, "−∞"],
  ])("%d is %s", (value, text) => expect(formatNumber(value)).toBe(text));

  test("four digits are kept whatever the size", () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        fc.pre(Math.abs(value) > 1e-300 && Math.abs(value) < 1e308);
        expect(Math.abs(parse(formatNumber(value)) - value)).toBeLessThanOrEqual(5.01e-4 * Math.abs(value));
      }),
    );
  });
});

test("formatFixed groups thousands and never writes a negative zero", () => {
  expect(formatFixed(-12345.6, 2)).toBe("−12,345.60");
  expect(formatFixed(-0.001, 2)).toBe("0.00");
});

test("formatScientific and powerOfTen raise their exponents", () => {
  expect(formatScientific(-2.5e10, 3)).toBe("−2.5 × 10¹⁰");
  expect(powerOfTen(-3)).toBe("10⁻³");
});

describe("formatEstimate", () => {
  test("shows two digits of the interval's width", () => {
    expect(formatEstimate({ mean: 0.99812, low: 0.99101, high: 1.00423, repetitions: 5 })).toEqual({
      mean: "0.998",
      low: "0.991",
      high: "1.004",
    });
  });

  test("keeps apart what the interval keeps apart", () => {
    const { low, high } = formatEstimate({ mean: 2e-9, low: 1e-9, high: 3e-9, repetitions: 5 });
    expect([low, high]).toEqual(["10⁻⁹", "3 × 10⁻⁹"]);
  });

  test("an interval without width or end still reads", () => {
    expect(formatEstimate({ mean: 1, low: 1, high: 1, repetitions: 1 }).low).toBe("1");
    expect(formatEstimate({ mean: 1, low: 0.5, high: Number.POSITIVE_INFINITY, repetitions: 1 }).high).toBe(
      "∞",
    );
  });
});

test.each([
  [0.44, "0.4 s"],
  [59.4, "59 s"],
  [59.6, "1 min 00 s"],
  [185, "3 min 05 s"],
  [7620, "2 h 07 min"],
  [Number.NaN, "unknown time"],
])("%d seconds are %s", (seconds, text) => expect(formatSeconds(seconds)).toBe(text));

describe("formatBytes", () => {
  test.each([
    [0, "0 bytes"],
    [999, "999 bytes"],
    [1000, "1 kB"],
    [12_345, "12.3 kB"],
    [4.2e6, "4.2 MB"],
    [2.15e9, "2.15 GB"],
    [5e12, "5,000 GB"],
  ])("%d: %s", (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });
});
